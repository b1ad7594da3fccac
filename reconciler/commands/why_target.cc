// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/why_target.h"

#include <algorithm>
#include <filesystem>

#include "reconciler/commands/kind_names.h"
#include "reconciler/lineage/base_id.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

namespace {

namespace fs = std::filesystem;
using Target = std::variant<std::vector<NodeId>, Foreign>;

std::vector<NodeId> nodes_labelled(const LineageView& view, const std::string& label) {
  std::vector<NodeId> found;
  for (const auto& [id, node] : view.walk.lineage.nodes) {
    if (node.label == label) found.push_back(id);
  }
  return found;
}

std::vector<NodeId> existing(const LineageView& view, std::vector<NodeId> ids) {
  std::erase_if(ids, [&](const NodeId& id) { return !view.walk.lineage.nodes.contains(id); });
  return ids;
}

tl::unexpected<Error> not_found(const LineageView& view, const std::string& text) {
  std::vector<std::string> labels;
  for (const auto& [id, node] : view.walk.lineage.nodes) {
    const bool is_object = id.kind == NodeKind::Template || id.kind == NodeKind::Sandbox || id.kind == NodeKind::Snapshot;
    if (is_object || id.kind == NodeKind::Device) labels.push_back(is_object ? node.label : id.key);
  }
  return fail(ErrorKind::NotFound, "there is no '" + text + "' here", did_you_mean(text, labels));
}

// The node a path below the state directory belongs to.
std::vector<NodeId> nodes_below(const LineageView& view, const fs::path& relative) {
  std::vector<std::string> parts;
  for (const auto& part : relative) parts.push_back(part.string());
  if (parts.size() < 2) return {};
  const std::string whole = relative.string();
  for (const auto& [id, node] : view.walk.lineage.nodes) {
    if (id.kind == NodeKind::Leftover && id.key.ends_with("/" + whole)) return {id};
  }
  std::vector<NodeId> ids;
  if (parts[0] == "templates" && parts.size() > 2) ids.push_back({NodeKind::Revision, parts[1] + "/" + parts[2]});
  if (parts[0] == "templates" && parts.size() == 2) ids.push_back(template_node(parts[1]));
  if (parts[0] == "trash") ids.push_back(trash_node(parts[1]));
  for (const NodeKind kind : {NodeKind::Sandbox, NodeKind::Snapshot}) {
    const bool is_kind = parts[0] == (kind == NodeKind::Sandbox ? "sandboxes" : "snapshots");
    if (!is_kind) continue;
    const NodeId owner{kind, parts[1]};
    const bool is_memory = parts.size() > 2 && (parts[2] == "memory" || parts[2].starts_with("memfile") || parts[2] == kStateFile);
    const bool is_disk = parts.size() > 2 && parts[2].starts_with("rootfs.") && kind == NodeKind::Sandbox;
    ids.push_back(is_memory ? memory_node(owner) : is_disk ? NodeId{NodeKind::Disk, parts[1]} : owner);
  }
  return existing(view, ids);
}

// Images that revisions were built from.
std::vector<NodeId> built_from(const LineageView& view, const fs::path& path) {
  std::vector<NodeId> ids;
  for (const auto& [name, revisions] : view.picture.seen.store.templates) {
    for (const auto& [id, revision] : revisions) {
      if (!revision.known()) continue;
      for (const SourceFile& source : revision->sources) {
        if (fs::path(source.path).lexically_normal() == path) ids.push_back(revision_node(name, id));
      }
    }
  }
  return ids;
}

Result<Target> find_path(Session& session, const LineageView& view, const fs::path& given) {
  std::error_code failed;
  const fs::path path = fs::weakly_canonical(fs::absolute(given, failed), failed);
  const fs::path root = fs::weakly_canonical(session.layout().root(), failed);
  const fs::path relative = path.lexically_relative(root);
  const bool is_inside = !relative.empty() && *relative.begin() != "..";
  std::vector<NodeId> found = is_inside ? nodes_below(view, relative) : built_from(view, path);
  if (found.empty() && !is_inside) found = built_from(view, fs::absolute(given, failed).lexically_normal());
  if (!found.empty()) return Target{std::move(found)};
  if (!fs::exists(path, failed)) return not_found(view, given.string());
  if (!is_inside) return Target{Foreign{"'" + given.string() + "' is not cowherd's: nothing here was made of it or stands on it"}};
  return Target{Foreign{"'" + given.string() + "' is in the state directory, but no object's: " +
                        (relative.begin() == std::prev(relative.end()) ? "cowherd's own" : "nothing explains it, and nothing removes it")}};
}

Result<std::string> read_line(FileSystem& files, const std::string& path) {
  COWHERD_ASSIGN(std::string text, files.read(path, 4_KiB));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Result<Target> find_device(Session& session, const LineageView& view, const std::string& text) {
  std::string name = fs::path(text).filename().string();
  if (name.starts_with("loop")) {
    auto backing = read_line(session.files(), "/sys/block/" + name + "/loop/backing_file");
    if (!backing && backing.error().kind != ErrorKind::NotFound) return fail(backing.error());
    if (backing) return find_path(session, view, *backing);
  }
  if (name.starts_with("dm-")) {
    const auto dm = read_line(session.files(), "/sys/block/" + name + "/dm/name");
    if (dm) name = *dm;
  }
  std::vector<NodeId> found = existing(view, {{NodeKind::Device, name}});
  if (!found.empty()) return Target{std::move(found)};
  std::error_code failed;
  const bool is_there = fs::exists(text, failed) || fs::exists("/dev/mapper/" + name, failed) || fs::exists("/dev/" + name, failed);
  if (!is_there) return not_found(view, text);
  return Target{Foreign{"'" + text + "' is not cowherd's: it does not carry the mark of this state directory"}};
}

std::vector<NodeId> with_base_id(const LineageView& view, const std::string& text) {
  std::vector<NodeId> found;
  for (const auto& [id, node] : view.walk.lineage.nodes) {
    if (is_base_id(text) && base_id_of(view, id) == text) found.push_back(id);
  }
  return found;
}

}  // namespace

Result<Target> find_target(Session& session, const LineageView& view, const std::string& text) {
  if (text.starts_with("/dev/")) return find_device(session, view, text);
  if (text.starts_with("/") || text.starts_with("./") || text.starts_with("../")) return find_path(session, view, text);
  std::vector<NodeId> found = nodes_labelled(view, text);
  if (found.empty()) found = with_base_id(view, text);
  if (found.empty()) found = existing(view, {{NodeKind::Device, text}, {NodeKind::Sandbox, text}, trash_node(text)});
  if (found.empty()) {
    if (const auto object = parse_object_name(text)) found = nodes_labelled(view, to_string(*object));
  }
  if (!found.empty()) return Target{std::move(found)};
  if (text.find('/') == std::string::npos && (text.starts_with("dm-") || text.starts_with("loop"))) {
    return find_device(session, view, "/dev/" + text);
  }
  return not_found(view, text);
}

}  // namespace cowherd
