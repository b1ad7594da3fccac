// SPDX-License-Identifier: Apache-2.0
// Circles among objects that refer to each other.
#pragma once

#include <map>
#include <vector>

#include "resources/kinds/metadata.h"

namespace cowherd {

using ReferenceGraph = std::map<ObjectName, std::vector<ObjectName>>;  // from an object to those it refers to

// One circle for each set of objects that reach each other, beginning with its least member, in the direction of the
// references. Targets that are no keys of the graph lead nowhere. In the order of their first members. n log n, no recursion.
std::vector<std::vector<ObjectName>> reference_cycles(const ReferenceGraph& graph);

}  // namespace cowherd
