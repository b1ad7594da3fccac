// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/measure_space.h"

#include <cstdio>

#include "reconciler/lineage/build_lineage.h"
#include "resources/files/publish.h"
#include "resources/memory/generation.h"

namespace cowherd {

namespace {

// Whose a file is, from the names of the directories it is in, below the state directory.
NodeId owner_of(const std::vector<std::string>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_staging_name(parts[i]) && i < 2) return {NodeKind::Leftover, parts[i]};
  }
  if (parts.size() < 2) return {NodeKind::Leftover, ""};
  if (parts[0] == "templates") {
    return parts.size() < 3 ? NodeId{NodeKind::Leftover, ""} : NodeId{NodeKind::Revision, parts[1] + "/" + parts[2]};
  }
  if (parts[0] == "sandboxes") return {NodeKind::Sandbox, parts[1]};
  if (parts[0] == "snapshots") return {NodeKind::Snapshot, parts[1]};
  if (parts[0] == "trash") return {NodeKind::Trash, parts[1]};
  return {NodeKind::Leftover, ""};
}

bool is_of_memory(const NodeId& owner, const std::vector<std::string>& parts) {
  if (owner.kind == NodeKind::Sandbox) return parts.size() > 2 && parts[2] == "memory";
  if (owner.kind != NodeKind::Snapshot || parts.size() != 3) return false;
  return is_memory_file(parts[2]) || parts[2] == kHeaderName || parts[2] == kStateFile || parts[2] == kFlatFile;
}

class Measuring {
 public:
  Measuring(FileSystem& files, SpaceGrain grain) : files_(files), grain_(grain) {}

  void visit(const std::string& path, const std::vector<std::string>& parts) {
    const Result<FileStamp> stamp = files_.stat(path);
    if (!stamp) return note(stamp.error());
    add(path, parts, *stamp);
    if (stamp->type != FileType::Directory) return;
    const auto entries = files_.list(path);
    if (!entries) return note(entries.error());
    for (const FileEntry& entry : *entries) {
      std::vector<std::string> below = parts;
      below.push_back(entry.name);
      visit(path + "/" + entry.name, below);
    }
  }

  SpaceReport take() { return {ledger_.shares(), std::move(unmeasured_)}; }

 private:
  // What went while we looked takes nothing.
  void note(const Error& error) {
    if (error.kind != ErrorKind::NotFound) unmeasured_.push_back(error);
  }

  void add(const std::string& path, const std::vector<std::string>& parts, const FileStamp& stamp) {
    NodeId owner = owner_of(parts);
    if (grain_ == SpaceGrain::Memories && is_of_memory(owner, parts)) owner = memory_node(owner);
    std::vector<PlacedExtent> extents;
    if (stamp.type == FileType::Regular && stamp.allocated.value != 0) {
      auto found = shared_extents(path);
      if (found) extents = *std::move(found);
      if (!found) note(found.error());
    }
    ledger_.add(owner.key.empty() ? kOwnFiles : space_owner(owner), stamp, extents);
  }

  FileSystem& files_;
  SpaceGrain grain_;
  SpaceLedger ledger_{};
  std::vector<Error> unmeasured_{};
};

}  // namespace

std::string space_owner(const NodeId& node) { return std::string(to_string(node.kind)) + ":" + node.key; }

SpaceReport measure_space(FileSystem& files, const Layout& layout, SpaceGrain grain) {
  Measuring measuring(files, grain);
  measuring.visit(layout.root(), {});
  return measuring.take();
}

std::string print_space(Bytes bytes) {
  static const char* const kUnits[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  double value = static_cast<double>(bytes.value);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || value >= 9.95 ? "%.0f%s" : "%.1f%s", value, kUnits[unit]);
  return text;
}

}  // namespace cowherd
