// SPDX-License-Identifier: Apache-2.0
// What everything in the state directory takes: st_blocks * 512 of every file and directory, what is shared counted once.
#pragma once

#include <string>
#include <vector>

#include "reconciler/lineage/lineage.h"
#include "resources/files/placement.h"
#include "resources/store/layout.h"

namespace cowherd {

// Whether the memory of a sandbox or a snapshot counts as a part of it or for itself.
enum class SpaceGrain { Objects, Memories };

struct SpaceReport {
  SpaceShares shares{};             // by owner: space_owner() of a node, or kOwnFiles
  std::vector<Error> unmeasured{};  // what could not be looked at: the total is not whole
};

inline constexpr const char* kOwnFiles = "cowherd itself";  // catalog, approvals, what was declared, directories

std::string space_owner(const NodeId& node);
SpaceReport measure_space(FileSystem& files, const Layout& layout, SpaceGrain grain);

// "1.5Mi": three digits at most, rounded.
std::string print_space(Bytes bytes);

}  // namespace cowherd
