// SPDX-License-Identifier: Apache-2.0
// Devices, trash, leftovers, and what could not be seen.
#include <algorithm>
#include <set>

#include "reconciler/lineage/lineage_builder.h"

namespace cowherd {

void LineageBuilder::add_devices() {
  if (input_.seen == nullptr || !input_.seen->marked_devices.known()) return;
  std::set<Uid> in_trash;
  for (const TrashEntry& entry : input_.store.trash) {
    if (entry.uid) in_trash.insert(*entry.uid);
  }
  for (const MarkedDevice& device : *input_.seen->marked_devices) {
    const NodeId id{NodeKind::Device, device.name};
    Node& made = node(id, "device " + device.name);
    made.role = device.role;
    made.is_orphan = !input_.store.sandboxes.contains(device.uid) && !in_trash.contains(device.uid);
    const NodeId sandbox = sandbox_node(device.uid);
    if (made.is_orphan) {
      made.roots.push_back("it carries our mark, but no sandbox directory explains it");
    } else if (lineage_.nodes.contains(sandbox)) {
      made.going = lineage_.nodes[sandbox].going;
      edge(id, sandbox, EdgeKind::Data, "it is its disk");
    }
    if (device.files.known()) {
      for (const FileId& file : *device.files) {
        for (const NodeId& base : nodes_of_file(file)) edge(id, base, EdgeKind::Data, "its table leads there");
      }
    }
    if (device.files.unknown()) lineage_.doubts.push_back(device.files.why());
  }
  for (const Uid& uid : input_.seen->machine_directories) {
    if (input_.store.sandboxes.contains(uid) || in_trash.contains(uid)) continue;
    Node& made = node({NodeKind::Machine, uid.str()}, "VM " + uid.short12());
    made.is_orphan = true;
    made.roots.push_back("its runtime directory is ours, but no sandbox directory explains it");
  }
}

void LineageBuilder::add_trash() {
  for (const TrashEntry& entry : input_.store.trash) {
    Node& made = node(trash_node(entry.name), "trash/" + entry.name);
    made.role = entry.object;
    made.going = Going::WithLastUser;
  }
}

void LineageBuilder::add_leftovers() {
  for (const std::string& path : input_.store.leftovers) {
    Node& made = node({NodeKind::Leftover, path}, path);
    made.going = Going::WithLastUser;
    made.until = "when nothing works there";
  }
}

// What could not be read may stand on any base.
void LineageBuilder::add_doubts() {
  std::vector<Error>& doubts = lineage_.doubts;
  for (const Error& error : input_.store.unreadable) doubts.push_back(error);
  for (const auto& [uid, identity] : input_.store.sandboxes) {
    if (identity.unknown()) doubts.push_back(identity.why());
  }
  for (const auto& [name, identity] : input_.store.snapshots) {
    if (identity.unknown()) doubts.push_back(identity.why());
  }
  for (const auto& [name, seed] : input_.store.seeds) {
    if (seed.unreadable) doubts.push_back(*seed.unreadable);
  }
  std::stable_sort(doubts.begin(), doubts.end(), [](const Error& a, const Error& b) { return to_string(a) < to_string(b); });
  doubts.erase(std::unique(doubts.begin(), doubts.end()), doubts.end());
}

}  // namespace cowherd
