// SPDX-License-Identifier: Apache-2.0
// A plan for people, for programs and for graphviz. Stable: golden tests and scripts read it.
#pragma once

#include <string>

#include "reconciler/plan/plan.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

std::string print_plan(const Plan& plan);
Value to_value(const Plan& plan);
std::string print_graphviz(const Plan& plan);

}  // namespace cowherd
