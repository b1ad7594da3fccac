// SPDX-License-Identifier: Apache-2.0
// The lineage of one host, from one look at it: identity files, backing files, tables of devices, headers of memory, VMs.
// Where they disagree the node tells it, and both count as users. Pure.
#pragma once

#include <map>
#include <string>

#include "reconciler/desired/wanted.h"
#include "reconciler/lineage/lineage.h"
#include "reconciler/observed/observed.h"

namespace cowherd {

struct LineageInput {
  const StoreContents& store;
  const Observed* seen = nullptr;  // without it: the directories alone
  const Wanted* wanted = nullptr;  // without it: everything that has an identity stays, and no revision is current
  const std::map<std::string, MemoryLinks>* memories = nullptr;  // by memory_node(owner).key; without it: not looked at
};

Lineage build_lineage(const LineageInput& input);

// A lineage with what it keeps.
struct LineageWalk {
  Lineage lineage{};
  Reach kept{};
};
LineageWalk walk_lineage(const LineageInput& input);
// Something that stays and stands on the node, which may stay by itself, too; nothing when there is none.
std::optional<Edge> user_that_stays(const LineageWalk& walk, const NodeId& node);

NodeId template_node(const std::string& name);
NodeId revision_node(const std::string& template_name, const Digest& id);
NodeId sandbox_node(const Uid& uid);
NodeId snapshot_node(const std::string& name);
NodeId trash_node(const std::string& entry);
// Of a sandbox's kept memory, or of a snapshot's.
NodeId memory_node(const NodeId& owner);

}  // namespace cowherd
