// SPDX-License-Identifier: Apache-2.0
// The field tables for people: `cowherd explain sandbox.spec.resources`.
#pragma once

#include <string>
#include <string_view>

#include "resources/vocabulary/result.h"

namespace cowherd {

// "sandbox", "sandbox.spec.resources", "Sandbox.metadata.labels"; the kind in any letter case, "config" for the daemon's
// own file, "spec." may be left out. Several lines, each ended. Invalid with the nearest path as the hint when there is
// no such thing.
Result<std::string> explain(std::string_view kind_dot_path);

}  // namespace cowherd
