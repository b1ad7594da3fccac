// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/rebuild_catalog.h"

#include <algorithm>
#include <map>

#include "reconciler/desired/expand.h"
#include "reconciler/lineage/base_id.h"
#include "reconciler/lineage/build_lineage.h"

namespace cowherd {

namespace {

std::map<NodeId, IndexedBase> bases_of(const Lineage& lineage, const StoreContents& store) {
  std::map<NodeId, IndexedBase> bases;
  for (const auto& [name, revisions] : store.templates) {
    for (const auto& [id, revision] : revisions) {
      const NodeId node = revision_node(name, id);
      const auto known = lineage.nodes.find(node);
      const std::string role = known == lineage.nodes.end() || known->second.role.empty() ? "clone-base" : known->second.role;
      bases[node] = {node.key, base_id_of(id), role, "Template/" + name, {}, {}};
    }
  }
  for (const auto& [name, snapshot] : store.snapshots) {
    if (!snapshot.known()) continue;
    bases[snapshot_node(name)] = {snapshot->uid.str(), base_id_of(snapshot->uid), "snapshot", "Snapshot/" + name, {}, {}};
  }
  return bases;
}

void sort_unique(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

std::vector<IndexedBase> index_of(const Lineage& lineage, const StoreContents& store) {
  std::map<NodeId, IndexedBase> bases = bases_of(lineage, store);
  for (const Edge& edge : lineage.edges) {
    const auto to = bases.find(edge.to);
    if (edge.kind != EdgeKind::Data || to == bases.end()) continue;
    const auto from = bases.find(edge.from);
    if (from != bases.end()) from->second.parents.push_back(to->second.key);
    const bool is_object = edge.from.kind == NodeKind::Sandbox || edge.from.kind == NodeKind::Snapshot;
    const auto user = lineage.nodes.find(edge.from);
    if (is_object && user != lineage.nodes.end()) to->second.dependants.push_back(user->second.label);
  }
  std::vector<IndexedBase> sorted;
  for (auto& [node, base] : bases) {
    sort_unique(base.parents);
    sort_unique(base.dependants);
    sorted.push_back(std::move(base));
  }
  std::sort(sorted.begin(), sorted.end(), [](const IndexedBase& a, const IndexedBase& b) { return a.key < b.key; });
  return sorted;
}

Result<Rebuilt> rebuild_catalog(Catalog& catalog, CatalogIndex& index, const StoreContents& store, Moment now) {
  Rebuilt rebuilt;
  for (const auto& [name, snapshot] : store.snapshots) {
    if (!snapshot.known() || snapshot->retained) continue;
    COWHERD_TRY(catalog.set_capture("Snapshot/" + name, {capture_hash(snapshot->spec).str(), snapshot->captured}));
    ++rebuilt.snapshots;
  }
  const Lineage lineage = build_lineage({store});
  const std::vector<IndexedBase> bases = index_of(lineage, store);
  COWHERD_TRY(index.set_bases(bases));
  rebuilt.bases = bases.size();
  rebuilt.unread = lineage.doubts;
  const std::string counts = std::to_string(rebuilt.snapshots) + " captures and " + std::to_string(rebuilt.bases) + " bases";
  if (!rebuilt.unread.empty()) {
    COWHERD_TRY(catalog.add_event({"Daemon", EventType::Warning, "CatalogIncomplete",
                                   counts + " were read back; not all could be read, so that nothing is collected: " +
                                       to_string(rebuilt.unread.front()),
                                   now, now, 1}));
    return rebuilt;
  }
  COWHERD_TRY(catalog.add_event({"Daemon", EventType::Normal, "CatalogRebuilt", counts + " were read back from the directories", now, now, 1}));
  COWHERD_TRY(index.mark_rebuilt());
  return rebuilt;
}

}  // namespace cowherd
