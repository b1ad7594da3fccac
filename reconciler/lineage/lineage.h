// SPDX-License-Identifier: Apache-2.0
// What stands on what, and what keeps it: a graph and the questions asked of it. Pure values; build_lineage.h makes the
// graph of a host. Any depth, cycles too: every walk meets a node once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/vocabulary/error.h"

namespace cowherd {

enum class NodeKind { Template, Revision, Sandbox, Disk, Memory, MemoryFile, Snapshot, Machine, Device, Trash, Leftover };
std::string_view to_string(NodeKind kind);

struct NodeId {
  NodeKind kind = NodeKind::Sandbox;
  std::string key{};  // unique among its kind
  auto operator<=>(const NodeId&) const = default;
};

enum class Going {
  OnItsOwn,      // only by its own declaration, policy or time: never because nothing stands on it
  WithLastUser,  // when nothing that stays stands on it
  ThisPass,      // leaves now, unless something that stays stands on it
};

struct Node {
  std::string label{};               // for people: "Sandbox/web"
  Going going = Going::OnItsOwn;
  std::string role{};                // of a base: "rootfs", "clone-base", "snapshot"; of others a word that tells them apart
  std::vector<std::string> roots{};  // what keeps it by itself
  std::vector<std::string> told{};   // where sources that should agree do not
  std::string until{};               // when it goes
  bool is_orphan = false;            // carries the mark, and nothing explains it
  bool operator==(const Node&) const = default;
};

enum class EdgeKind {
  Data,    // `from` does not work without `to`
  Origin,  // `from` was made from `to` and needs it no more
};

struct Edge {
  NodeId from{};
  NodeId to{};
  EdgeKind kind = EdgeKind::Data;
  std::string how{};  // who says so: "recorded in sandbox.json", "backing file"
  bool operator==(const Edge&) const = default;
};

struct Lineage {
  std::map<NodeId, Node> nodes{};
  std::vector<Edge> edges{};
  std::vector<Error> doubts{};  // non-empty: the walk is incomplete, nothing may be collected
  bool is_complete() const { return doubts.empty(); }
  bool operator==(const Lineage&) const = default;
};

// Why a node stays: by itself, or because of a node that stays and stands on it.
struct Kept {
  std::string reason{};
  std::optional<NodeId> by{};
  bool operator==(const Kept&) const = default;
};

using Reach = std::map<NodeId, Kept>;

// Every node that stays, each with the shortest way to what keeps it.
Reach reachable(const Lineage& lineage);

// The node, what stands on it, what stands on that, up to a root. Empty: nothing keeps it.
std::vector<NodeId> chain_of(const Reach& reach, const NodeId& node);

// What may go because nothing that stays stands on it: users before what they stand on. Empty while the walk is
// incomplete.
std::vector<NodeId> collectable(const Lineage& lineage);

// Data edges of one node.
std::vector<Edge> users_of(const Lineage& lineage, const NodeId& node);
std::vector<Edge> stands_on(const Lineage& lineage, const NodeId& node);

}  // namespace cowherd
