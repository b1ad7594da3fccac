// SPDX-License-Identifier: Apache-2.0
// What a person means by KIND/NAME, a path, a device or a short handle.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "reconciler/commands/lineage_view.h"

namespace cowherd {

struct Foreign {
  std::string what{};  // it is there, and not cowherd's
};

// NotFound with the nearest name there is.
Result<std::variant<std::vector<NodeId>, Foreign>> find_target(Session& session, const LineageView& view, const std::string& text);

}  // namespace cowherd
