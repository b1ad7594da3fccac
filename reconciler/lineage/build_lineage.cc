// SPDX-License-Identifier: Apache-2.0
#include "reconciler/lineage/build_lineage.h"

#include <algorithm>
#include <filesystem>

#include "reconciler/lineage/lineage_builder.h"
#include "resources/store/layout.h"

namespace cowherd {

NodeId template_node(const std::string& name) { return {NodeKind::Template, name}; }
NodeId revision_node(const std::string& template_name, const Digest& id) {
  return {NodeKind::Revision, template_name + "/" + id.str()};
}
NodeId sandbox_node(const Uid& uid) { return {NodeKind::Sandbox, uid.str()}; }
NodeId snapshot_node(const std::string& name) { return {NodeKind::Snapshot, name}; }
NodeId trash_node(const std::string& entry) { return {NodeKind::Trash, entry}; }
NodeId memory_node(const NodeId& owner) {
  return {NodeKind::Memory, std::string(to_string(owner.kind)) + "/" + owner.key};
}

Node& LineageBuilder::node(const NodeId& id, const std::string& label) {
  Node& made = lineage_.nodes[id];
  if (made.label.empty()) made.label = label;
  return made;
}

void LineageBuilder::edge(const NodeId& from, const NodeId& to, EdgeKind kind, const std::string& how) {
  const auto same = [&](const Edge& other) { return other.from == from && other.to == to && other.kind == kind; };
  const auto first = lineage_.edges.size() < 8 ? lineage_.edges.begin() : lineage_.edges.end() - 8;
  if (std::none_of(first, lineage_.edges.end(), same)) lineage_.edges.push_back({from, to, kind, how});
}

std::vector<NodeId> LineageBuilder::nodes_of_file(const FileId& id) const {
  std::vector<NodeId> found;
  for (const auto& [name, images] : input_.store.images) {
    for (const auto& [revision, image] : images) {
      if (image == id) found.push_back(revision_node(name, revision));
    }
  }
  return found;
}

// The state directory may have another name where the file was made; what stands below it, no other has.
std::vector<NodeId> LineageBuilder::nodes_of_path(const std::string& path) const {
  const std::filesystem::path whole = std::filesystem::path(path).lexically_normal();
  std::vector<std::string> parts;
  for (const auto& part : whole) parts.push_back(part.string());
  std::vector<NodeId> found;
  for (std::size_t i = 0; i + 2 < parts.size(); ++i) {
    if (parts[i] == "trash") {
      found.push_back(trash_node(parts[i + 1]));
    } else if (parts[i] == "snapshots") {
      found.push_back(snapshot_node(parts[i + 1]));
    } else if (parts[i] == "sandboxes") {
      found.push_back({NodeKind::Sandbox, parts[i + 1]});
    } else if (parts[i] == "templates" && i + 3 < parts.size()) {
      found.push_back({NodeKind::Revision, parts[i + 1] + "/" + parts[i + 2]});
    }
  }
  std::erase_if(found, [&](const NodeId& id) { return !lineage_.nodes.contains(id); });
  return found;
}

NodeId LineageBuilder::recorded_base(const std::string& template_name, const Digest& id) const {
  const NodeId revision = revision_node(template_name, id);
  if (lineage_.nodes.contains(revision)) return revision;
  for (const TrashEntry& entry : input_.store.trash) {
    const std::string prefix = "revision-" + template_name + "-" + id.short8() + "-";
    if (entry.name.starts_with(prefix)) return trash_node(entry.name);
  }
  return revision;
}

namespace {

bool is_about_to_be_made_from(const WantedSandbox& sandbox, const RevisionIdentity& revision) {
  if (sandbox.fate != Fate::Create || sandbox.identity.template_name != revision.template_name.str()) return false;
  return sandbox.identity.restored ? sandbox.identity.revision == revision.id
                                   : sandbox.template_inputs == revision.inputs;
}

}  // namespace

void LineageBuilder::root_revision(const std::string& template_name, const RevisionIdentity& revision, Node& made) const {
  made.role = "clone-base";
  made.until = "when nothing stands on it any more";
  if (input_.wanted == nullptr) return;
  const auto name = ResourceName::make(template_name);
  const auto found = name ? input_.wanted->templates.find(*name) : input_.wanted->templates.end();
  if (found == input_.wanted->templates.end()) {
    made.roots.push_back("nothing is known about its template");
    return;
  }
  const WantedTemplate& wanted = found->second;
  if (wanted.is_suspended) made.roots.push_back("its template is suspended");
  if (wanted.fate == Fate::Hold && !wanted.is_suspended) made.roots.push_back(wanted.reason);
  if (wanted.is_retained) made.roots.push_back("its template's deletionPolicy Retain keeps it");
  if (wanted.fate == Fate::Keep && !wanted.current && !wanted.is_retained) {
    made.roots.push_back("its template has no current revision: it may be what a missing source stands for");
  }
  if (wanted.current && wanted.current->id == revision.id) {
    made.role = "rootfs";
    made.until = "when another revision took its place and nothing stands on it any more";
    made.roots.push_back("it is the current revision of template '" + template_name + "'");
  }
  for (const WantedSandbox& sandbox : input_.wanted->sandboxes) {
    if (!is_about_to_be_made_from(sandbox, revision)) continue;
    made.roots.push_back("sandbox '" + sandbox.identity.name.str() + "' is about to be made from it");
  }
}

void LineageBuilder::add_revision(const std::string& template_name, const Digest& id,
                                  const Fact<RevisionIdentity>& identity) {
  const NodeId revision = revision_node(template_name, id);
  Node& made = node(revision, "Revision/" + template_name + "@" + id.short12());
  edge(revision, template_node(template_name), EdgeKind::Origin, "a revision of it");
  if (!identity.known()) {
    made.roots.push_back("its revision.json could not be read");
    return;
  }
  made.going = Going::WithLastUser;
  root_revision(template_name, *identity, made);
  for (const SourceFile& source : identity->sources) {
    const std::filesystem::path path(source.path);
    const std::string name = path.parent_path().filename().string();
    const bool is_snapshot = path.parent_path().parent_path().filename() == "snapshots";
    if (is_snapshot) edge(revision, snapshot_node(name), EdgeKind::Origin, "flattened from it");
  }
}

void LineageBuilder::add_templates() {
  if (input_.wanted != nullptr) {
    for (const auto& [name, wanted] : input_.wanted->templates) {
      Node& made = node(template_node(name.str()), "Template/" + name.str());
      made.role = wanted.is_retained ? "retained" : wanted.fate == Fate::Remove ? "undeclared" : "declared";
      made.roots.push_back(wanted.reason.empty() ? made.role : wanted.reason);
    }
  }
  for (const auto& [name, revisions] : input_.store.templates) {
    node(template_node(name), "Template/" + name);
    for (const auto& [id, identity] : revisions) add_revision(name, id, identity);
  }
}

Lineage build_lineage(const LineageInput& input) {
  LineageBuilder builder(input);
  builder.add_names();
  builder.add_trash();
  builder.add_templates();
  builder.add_snapshots();
  builder.add_sandboxes();
  builder.add_devices();
  builder.add_leftovers();
  builder.add_doubts();
  return builder.take();
}

LineageWalk walk_lineage(const LineageInput& input) {
  LineageWalk walk{build_lineage(input), {}};
  walk.kept = reachable(walk.lineage);
  return walk;
}

std::optional<Edge> user_that_stays(const LineageWalk& walk, const NodeId& node) {
  for (Edge& user : users_of(walk.lineage, node)) {
    if (walk.kept.contains(user.from)) return std::move(user);
  }
  return std::nullopt;
}

}  // namespace cowherd
