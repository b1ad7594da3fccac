// SPDX-License-Identifier: Apache-2.0
#include "reconciler/lineage/lineage.h"

#include <algorithm>
#include <deque>
#include <set>

namespace cowherd {

namespace {

using Edges = std::multimap<NodeId, const Edge*>;

Edges data_edges_by_user(const Lineage& lineage) {
  Edges edges;
  for (const Edge& edge : lineage.edges) {
    if (edge.kind == EdgeKind::Data) edges.emplace(edge.from, &edge);
  }
  return edges;
}

bool stays_by_itself(const Node& node) { return node.going == Going::OnItsOwn || !node.roots.empty(); }

std::string reason_of(const Node& node) { return node.roots.empty() ? "it goes only on its own account" : node.roots.front(); }

// Depth first without recursion: a chain may be longer than a stack.
void append_users_first(const NodeId& node, const Edges& below, std::set<NodeId>& met, std::vector<NodeId>& order) {
  std::vector<std::pair<NodeId, bool>> stack{{node, false}};
  while (!stack.empty()) {
    const auto [at, is_done] = stack.back();
    stack.pop_back();
    if (is_done) {
      order.push_back(at);
      continue;
    }
    if (!met.insert(at).second) continue;
    stack.emplace_back(at, true);
    const auto [begin, end] = below.equal_range(at);
    for (auto edge = begin; edge != end; ++edge) stack.emplace_back(edge->second->to, false);
  }
}

}  // namespace

std::string_view to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::Template: return "template";
    case NodeKind::Revision: return "revision";
    case NodeKind::Sandbox: return "sandbox";
    case NodeKind::Disk: return "disk";
    case NodeKind::Memory: return "memory";
    case NodeKind::MemoryFile: return "memory file";
    case NodeKind::Snapshot: return "snapshot";
    case NodeKind::Machine: return "machine";
    case NodeKind::Device: return "device";
    case NodeKind::Trash: return "trash";
    case NodeKind::Leftover: return "leftover";
  }
  return "node";
}

Reach reachable(const Lineage& lineage) {
  const Edges below = data_edges_by_user(lineage);
  Reach reach;
  std::deque<NodeId> next;
  for (const auto& [id, node] : lineage.nodes) {
    if (!stays_by_itself(node)) continue;
    reach.emplace(id, Kept{reason_of(node), std::nullopt});
    next.push_back(id);
  }
  while (!next.empty()) {
    const NodeId at = next.front();
    next.pop_front();
    const auto [begin, end] = below.equal_range(at);
    for (auto edge = begin; edge != end; ++edge) {
      const Edge& found = *edge->second;
      if (reach.emplace(found.to, Kept{found.how, at}).second) next.push_back(found.to);
    }
  }
  return reach;
}

std::vector<NodeId> chain_of(const Reach& reach, const NodeId& node) {
  std::vector<NodeId> chain;
  for (auto at = reach.find(node); at != reach.end(); at = reach.find(*at->second.by)) {
    chain.push_back(at->first);
    if (!at->second.by) break;
  }
  return chain;
}

std::vector<NodeId> collectable(const Lineage& lineage) {
  if (!lineage.is_complete()) return {};
  const Reach kept = reachable(lineage);
  const Edges below = data_edges_by_user(lineage);
  std::set<NodeId> met;
  std::vector<NodeId> order;
  for (const auto& [id, node] : lineage.nodes) append_users_first(id, below, met, order);
  std::reverse(order.begin(), order.end());
  std::erase_if(order, [&](const NodeId& id) { return kept.contains(id) || !lineage.nodes.contains(id); });
  return order;
}

std::vector<Edge> users_of(const Lineage& lineage, const NodeId& node) {
  std::vector<Edge> users;
  std::copy_if(lineage.edges.begin(), lineage.edges.end(), std::back_inserter(users),
               [&](const Edge& edge) { return edge.kind == EdgeKind::Data && edge.to == node; });
  return users;
}

std::vector<Edge> stands_on(const Lineage& lineage, const NodeId& node) {
  std::vector<Edge> below;
  std::copy_if(lineage.edges.begin(), lineage.edges.end(), std::back_inserter(below),
               [&](const Edge& edge) { return edge.kind == EdgeKind::Data && edge.from == node; });
  return below;
}

}  // namespace cowherd
