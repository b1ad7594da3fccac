// SPDX-License-Identifier: Apache-2.0
// cowherd why: what a thing is for, what keeps it, what it keeps, and when it goes. Takes no lock, writes nothing.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/elsewhere.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/offline_store.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/settings.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/why_target.h"

namespace cowherd {

namespace {

std::string what_for(NodeKind kind) {
  switch (kind) {
    case NodeKind::Template: return "a name for revisions: what new sandboxes are made from";
    case NodeKind::Revision: return "a disk image with its kernel, on which disks and snapshots stand";
    case NodeKind::Sandbox: return "a machine with a disk of its own";
    case NodeKind::Disk: return "what a sandbox has written";
    case NodeKind::Memory: return "the memory of a guest, kept";
    case NodeKind::MemoryFile: return "a part of kept memories";
    case NodeKind::Snapshot: return "a sandbox as it was once";
    case NodeKind::Machine: return "a virtual machine";
    case NodeKind::Device: return "a device that a virtual machine opens, or what that one stands on";
    case NodeKind::Trash: return "something removed, until its grace time is over";
    case NodeKind::Leftover: return "what interrupted work left";
  }
  return "";
}

std::string label_of(const LineageView& view, const NodeId& id) {
  const auto found = view.walk.lineage.nodes.find(id);
  return found == view.walk.lineage.nodes.end() ? id.key + " (not here any more)" : found->second.label;
}

// A key on its first line only.
void add_lines(std::vector<TextRow>& rows, const std::string& key, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) rows.push_back({i == 0 ? key + ":" : " ", lines[i]});
}

std::string goes_when(const LineageView& view, const NodeId& id, const Node& node) {
  for (const TrashEntry& entry : view.picture.seen.store.trash) {
    if (id == trash_node(entry.name)) return "for good when guards.trashGrace is over; in trash since " + print_moment(entry.since);
  }
  if (node.is_orphan) return "never by itself: it is reported and left alone";
  if (!node.until.empty()) return node.until;
  return node.going == Going::WithLastUser ? "with what it belongs to" : "when its document goes, or somebody says so";
}

std::vector<std::string> lines_of(const LineageView& view, const NodeId& id, EdgeKind kind) {
  std::vector<std::string> lines;
  for (const Edge& edge : view.walk.lineage.edges) {
    if (edge.from == id && edge.kind == kind) lines.push_back(label_of(view, edge.to) + " (" + edge.how + ")");
  }
  return lines;
}

std::string explain_node(const LineageView& view, const NodeId& id) {
  const Node& node = view.walk.lineage.nodes.at(id);
  const std::string base = base_id_of(view, id);
  std::vector<TextRow> rows;
  add_lines(rows, "is", {what_for(id.kind) + (node.role.empty() ? "" : " (" + node.role + ")")});
  if (!base.empty()) add_lines(rows, "base", {base});
  const std::vector<std::string> reasons = reasons_for(view.walk, id);
  add_lines(rows, "kept by", reasons.empty() ? std::vector<std::string>{"nothing"} : reasons);
  std::vector<std::string> users;
  for (const Edge& edge : users_of(view.walk.lineage, id)) users.push_back(label_of(view, edge.from) + " (" + edge.how + ")");
  add_lines(rows, "used by", users);
  add_lines(rows, "keeps", lines_of(view, id, EdgeKind::Data));
  add_lines(rows, "made from", lines_of(view, id, EdgeKind::Origin));
  add_lines(rows, "goes", {goes_when(view, id, node)});
  add_lines(rows, "disagrees", node.told);
  return node.label + "\n" + print_pairs(rows, "  ");
}

}  // namespace

ExitCode why_command(const Options& options, const std::string& target) {
  auto opened = Session::open(options, SessionMode::Watching, "why");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const LineageView view = view_lineage(session);
  const auto name = parse_object_name(target);
  const std::string elsewhere = name ? told_elsewhere(view.picture.declared, *name, host_labels(session.config())) : "";
  std::fputs(elsewhere.c_str(), stdout);
  const auto found = find_target(session, view, target);
  if (!found) return elsewhere.empty() ? tell_failure(found.error()) : ExitCode::Done;
  if (const auto* foreign = std::get_if<Foreign>(&*found)) {
    std::printf("%s\n", foreign->what.c_str());
    return ExitCode::Done;
  }
  std::string text;
  for (const NodeId& id : std::get<std::vector<NodeId>>(*found)) text += (text.empty() ? "" : "\n") + explain_node(view, id);
  std::fputs(text.c_str(), stdout);
  for (const Error& doubt : view.walk.lineage.doubts) tell("incomplete, so that nothing is collected: " + to_string(doubt));
  return ExitCode::Done;
}

}  // namespace cowherd
