// SPDX-License-Identifier: Apache-2.0
// Under which name the catalog counts how often a step failed in a row: written by execute, read by the guard.
#pragma once

#include <string>

#include "reconciler/actions/action.h"

namespace cowherd {

inline std::string attempts_key(const Action& action) { return object_of(action) + " " + std::string(verb_of(action)); }

}  // namespace cowherd
