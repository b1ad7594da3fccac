// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/lineage_view.h"

#include "reconciler/commands/watching.h"
#include "reconciler/lineage/base_id.h"

namespace cowherd {

namespace {

std::map<std::string, MemoryLinks> look_at_memories(FileSystem& files, const Layout& layout, const StoreContents& store) {
  std::map<std::string, MemoryLinks> memories;
  const auto add = [&](const NodeId& owner, const std::string& directory) {
    if (auto links = read_memory_links(files, directory)) memories.emplace(memory_node(owner).key, *std::move(links));
  };
  for (const auto& [uid, pause] : store.pauses) add(sandbox_node(uid), layout.memory_dir(uid));
  for (const auto& [name, snapshot] : store.snapshots) {
    if (snapshot.known() && snapshot->memory) add(snapshot_node(name), layout.snapshot_dir(name));
  }
  return memories;
}

}  // namespace

LineageView view_lineage(Session& session) {
  LineageView view;
  view.picture = watch(session);
  const auto memories = look_at_memories(session.files(), session.layout(), view.picture.seen.store);
  view.walk = walk_lineage({view.picture.seen.store, &view.picture.seen, &view.picture.wanted, &memories});
  return view;
}

std::string base_id_of(const LineageView& view, const NodeId& node) {
  if (node.kind == NodeKind::Revision) {
    const auto id = Digest::make(node.key.substr(node.key.find('/') + 1));
    return id ? base_id_of(*id) : "";
  }
  if (node.kind != NodeKind::Snapshot) return "";
  const auto snapshot = view.picture.seen.store.snapshots.find(node.key);
  const bool is_known = snapshot != view.picture.seen.store.snapshots.end() && snapshot->second.known();
  return is_known ? base_id_of(snapshot->second->uid) : "";
}

std::vector<std::string> reasons_for(const LineageWalk& walk, const NodeId& node) {
  std::vector<std::string> lines;
  for (const NodeId& at : chain_of(walk.kept, node)) {
    const Kept& kept = walk.kept.at(at);
    if (!kept.by) {
      const Node& root = walk.lineage.nodes.at(at);
      for (const std::string& reason : root.roots) lines.push_back(root.label + ": " + reason);
      if (root.roots.empty()) lines.push_back(root.label + ": " + kept.reason);
    } else {
      lines.push_back(walk.lineage.nodes.at(*kept.by).label + " stands on it, " + kept.reason);
    }
  }
  return lines;
}

}  // namespace cowherd
