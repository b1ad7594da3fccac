// SPDX-License-Identifier: Apache-2.0
// What why, tree, du and gc look at: one picture, the lineage of it with the memory headers read, and the sizes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/commands/measure_space.h"
#include "reconciler/commands/session.h"
#include "reconciler/lineage/build_lineage.h"

namespace cowherd {

struct LineageView {
  Picture picture{};
  LineageWalk walk{};
};

// Reads every memory header once; changes nothing.
LineageView view_lineage(Session& session);

// The short handle of a base, "" for what is none.
std::string base_id_of(const LineageView& view, const NodeId& node);

// The node, then who stands on it up to what keeps it, one line each. Empty: nothing keeps it.
std::vector<std::string> reasons_for(const LineageWalk& walk, const NodeId& node);

}  // namespace cowherd
