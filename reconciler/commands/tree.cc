// SPDX-License-Identifier: Apache-2.0
// cowherd tree: templates, their revisions, what stands on them, and what stands alone. Takes no lock, writes nothing.
#include <algorithm>
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/lineage_view.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/tell.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

bool is_shown_below(const NodeId& upper, const Edge& edge) {
  const NodeKind lower = edge.from.kind;
  if (upper.kind == NodeKind::Template) return edge.kind == EdgeKind::Origin && lower == NodeKind::Revision;
  if (edge.kind != EdgeKind::Data) return false;
  return lower == NodeKind::Sandbox || lower == NodeKind::Snapshot || lower == NodeKind::Device || lower == NodeKind::Machine;
}

// What is below a node in the tree: users of a base, the parts of a sandbox or a snapshot.
std::vector<NodeId> below(const Lineage& lineage, const NodeId& node) {
  std::vector<NodeId> found;
  for (const Edge& edge : lineage.edges) {
    if (edge.to == node && is_shown_below(node, edge)) found.push_back(edge.from);
    const bool is_part = edge.to.kind == NodeKind::Memory || (node.kind == NodeKind::Memory && edge.to.kind == NodeKind::MemoryFile);
    if (edge.from == node && edge.kind == EdgeKind::Data && is_part && node.kind != NodeKind::Machine) found.push_back(edge.to);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

class Drawing {
 public:
  Drawing(const LineageView& view, const SpaceShares& shares) : view_(view), shares_(shares) {}

  Value all() {
    Value list = Value::list();
    for (const auto& [id, node] : view_.walk.lineage.nodes) {
      if (id.kind == NodeKind::Template) list.add(one(id, 0));
    }
    for (const auto& [id, node] : view_.walk.lineage.nodes) {
      const bool is_detail = id.kind == NodeKind::Disk || id.kind == NodeKind::MemoryFile;
      if (!drawn_.contains(id) && !is_detail) list.add(one(id, 0));
    }
    return list;
  }
  const std::vector<TextRow>& rows() const { return rows_; }

 private:
  SpaceShare share_of(const NodeId& id) const {
    const auto found = shares_.owners.find(space_owner(id));
    return found == shares_.owners.end() ? SpaceShare{} : found->second;
  }

  std::string remark_on(const NodeId& id) const {
    const Node& node = view_.walk.lineage.nodes.at(id);
    std::string text = node.is_orphan ? "orphan: " + node.roots.front() : node.role;
    for (const Edge& edge : view_.walk.lineage.edges) {
      if (edge.from != id || edge.kind != EdgeKind::Origin || edge.to.kind == NodeKind::Template) continue;
      const auto origin = view_.walk.lineage.nodes.find(edge.to);
      if (origin != view_.walk.lineage.nodes.end()) text += (text.empty() ? "" : ", ") + edge.how + ": " + origin->second.label;
    }
    if (!node.told.empty()) text += (text.empty() ? "" : "; ") + node.told.front();
    return text;
  }

  Value one(const NodeId& id, std::size_t depth) {
    const Node& node = view_.walk.lineage.nodes.at(id);
    const SpaceShare share = share_of(id);
    const std::string base = base_id_of(view_, id);
    const std::string remark = remark_on(id);
    rows_.push_back({std::string(2 * depth, ' ') + node.label, base, print_space(share.exclusive), print_space(share.shared), remark});
    Value value = Value::map();
    value.set("kind", to_string(id.kind)).set("name", node.label).set("base", base).set("remark", remark);
    value.set("exclusive", static_cast<std::int64_t>(share.exclusive.value)).set("shared", static_cast<std::int64_t>(share.shared.value));
    value.set("orphan", node.is_orphan);
    if (!drawn_.insert(id).second) return value;  // shown above with what is below it
    Value children = Value::list();
    for (const NodeId& child : below(view_.walk.lineage, id)) children.add(one(child, depth + 1));
    value.set("below", std::move(children));
    return value;
  }

  const LineageView& view_;
  const SpaceShares& shares_;
  std::set<NodeId> drawn_{};
  std::vector<TextRow> rows_{};
};

}  // namespace

ExitCode tree_command(const Options& options, OutputFormat output) {
  auto opened = Session::open(options, SessionMode::Watching, "tree");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const LineageView view = view_lineage(session);
  const SpaceReport report = measure_space(session.files(), session.layout(), SpaceGrain::Memories);
  Drawing drawing(view, report.shares);
  Value nodes = drawing.all();
  if (output == OutputFormat::Json) {
    Value doubts = Value::list();
    for (const Error& doubt : view.walk.lineage.doubts) doubts.add(to_string(doubt));
    Value tree = Value::map();
    tree.set("complete", view.walk.lineage.is_complete()).set("doubts", std::move(doubts)).set("nodes", std::move(nodes));
    std::fputs(print_json(tree, JsonStyle::Pretty).c_str(), stdout);
  } else {
    std::fputs(print_table({"NAME", "BASE", "EXCLUSIVE", "SHARED", "REMARK"}, drawing.rows()).c_str(), stdout);
    for (const Error& doubt : view.walk.lineage.doubts) tell("incomplete, so that nothing is collected: " + to_string(doubt));
  }
  for (const Error& error : report.unmeasured) tell(to_string(error) + "; the sizes are not whole");
  return ExitCode::Done;
}

}  // namespace cowherd
