// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/collecting.h"

#include <algorithm>

namespace cowherd {

namespace {

template <class... Kinds>
bool is_one_of(const Action& action) {
  return (std::holds_alternative<Kinds>(action.what) || ...);
}

struct NodeOf {
  NodeId operator()(const CollectRevision& one) const { return revision_node(one.template_name.str(), one.id); }
  NodeId operator()(const RemoveSnapshot& one) const { return snapshot_node(one.name.str()); }
  NodeId operator()(const RemoveSandbox& one) const { return sandbox_node(one.uid); }
  NodeId operator()(const PurgeTrash& one) const { return trash_node(one.entry.name); }
  template <class Other>
  NodeId operator()(const Other&) const {
    return {NodeKind::Leftover, ""};
  }
};

Bytes exclusive_of(const SpaceShares& shares, const NodeId& node) {
  const auto found = shares.owners.find(space_owner(node));
  return found == shares.owners.end() ? Bytes{} : found->second.exclusive;
}

}  // namespace

bool is_collecting(const Action& action) { return is_one_of<CollectRevision, PurgeTrash, RemoveLeftover>(action); }

bool takes_away(const Action& action) {
  return is_collecting(action) || is_one_of<RemoveSnapshot, RemoveSandbox, DiscardDisk, DiscardMemory>(action);
}

std::vector<Collecting> collecting_now(const LineageView& view, const SpaceShares& shares) {
  std::vector<Collecting> rows;
  for (const Step& step : view.picture.plan.steps) {
    if (!takes_away(step.action)) continue;
    rows.push_back({"now", describe(step.action), step.reason, exclusive_of(shares, std::visit(NodeOf{}, step.action.what))});
  }
  return rows;
}

std::vector<Collecting> collecting_later(const LineageView& view, const SpaceShares& shares, Span trash_grace) {
  std::vector<Collecting> rows;
  for (const TrashEntry& entry : view.picture.seen.store.trash) {
    const Moment due = entry.since + trash_grace;
    if (due <= view.picture.now) continue;
    rows.push_back({print_moment(due), "purge " + entry.object + " from trash", "in trash since " + print_moment(entry.since),
                    exclusive_of(shares, trash_node(entry.name))});
  }
  for (const auto& [name, snapshot] : view.picture.seen.store.snapshots) {
    if (!snapshot.known() || !snapshot->spec.expire_after) continue;
    const Moment due = snapshot->captured + *snapshot->spec.expire_after;
    if (due <= view.picture.now) continue;
    rows.push_back({print_moment(due), "move Snapshot/" + name + " to trash", "expireAfter " + print_span(*snapshot->spec.expire_after),
                    exclusive_of(shares, snapshot_node(name))});
  }
  std::sort(rows.begin(), rows.end(), [](const Collecting& a, const Collecting& b) { return a.when < b.when; });
  for (const auto& [id, node] : view.walk.lineage.nodes) {
    const bool waits = id.kind == NodeKind::Revision && node.role == "clone-base" && view.walk.kept.contains(id);
    if (!waits) continue;
    const std::vector<std::string> reasons = reasons_for(view.walk, id);
    rows.push_back({"with its last user", node.label, reasons.empty() ? "" : reasons.front(), exclusive_of(shares, id)});
  }
  return rows;
}

std::vector<std::string> held_back(const LineageView& view) {
  std::vector<std::string> lines;
  for (const Error& doubt : view.walk.lineage.doubts) lines.push_back("nothing that others may stand on is collected: " + to_string(doubt));
  for (const std::string& note : view.picture.plan.notes) lines.push_back(note);
  for (const Blocked& blocked : view.picture.plan.blocked) {
    const bool is_about_leaving = blocked.reason == "PruneHeld" || blocked.reason == "InUse" || blocked.reason == "LineageUnknown";
    if (is_about_leaving) lines.push_back(blocked.object + ": " + blocked.reason + ": " + blocked.message);
  }
  return lines;
}

}  // namespace cowherd
