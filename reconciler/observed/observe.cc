// SPDX-License-Identifier: Apache-2.0
#include "reconciler/observed/observe.h"

#include <algorithm>
#include <set>

#include "reconciler/desired/concrete.h"
#include "reconciler/observed/allocated_below.h"

namespace cowherd {

namespace {

// A path an operator names may be a symlink (/boot/vmlinuz); what it leads to is what counts.
Fact<FileStamp> stamp_of(BulkFiles& bulk, const std::string& path) { return Fact<FileStamp>::from(bulk.stamp(path)); }

}  // namespace

Fact<Bytes> measure_trash(const Eyes& eyes) {
  const std::string trash = eyes.store.layout().trash();
  if (const auto there = eyes.files.stat(trash); !there && there.error().kind == ErrorKind::NotFound) return Bytes{};
  const Result<Bytes> measured = allocated_below(eyes.files, trash);
  return measured ? Fact<Bytes>(*measured) : Fact<Bytes>(measured.error());
}

Observed observe(const Eyes& eyes, const std::vector<std::string>& host_paths) {
  Observed seen;
  seen.at = eyes.clock.now();
  seen.host_memory = eyes.host_memory;
  seen.store = eyes.store.look();
  std::vector<Uid> uids;
  std::vector<DiskPlan> plans;
  for (const auto& [uid, identity] : seen.store.sandboxes) {
    uids.push_back(uid);
    if (identity.known()) plans.push_back(disk_plan_of(*identity, eyes.store.layout()));
  }
  DisksSeen disks = eyes.disks.look(plans);
  seen.disks = std::move(disks.disks);
  seen.marked_devices = std::move(disks.marked);
  seen.machines = eyes.machines.look(uids);
  auto directories = eyes.machines.list();
  if (directories) seen.machine_directories = *std::move(directories);
  for (const std::string& path : host_paths) seen.host_files.emplace(path, stamp_of(eyes.bulk, path));
  auto approvals = list_approvals(eyes.files, eyes.store.layout());
  if (approvals) seen.approvals = *std::move(approvals);
  seen.suspensions = Fact<std::vector<Suspension>>::from(list_suspensions(eyes.files, eyes.store.layout()));
  if (auto space = eyes.bulk.space(eyes.store.layout().root())) seen.space = *space;
  seen.new_disks = Fact<Disks::Choice>::from(eyes.disks.choose());
  return seen;
}

std::vector<std::string> orphans(const Observed& seen) {
  std::set<Uid> explained;
  for (const auto& [uid, identity] : seen.store.sandboxes) explained.insert(uid);
  for (const TrashEntry& entry : seen.store.trash) {
    if (entry.uid) explained.insert(*entry.uid);
  }
  std::vector<std::string> found;
  if (seen.marked_devices.known()) {
    for (const MarkedDevice& device : *seen.marked_devices) {
      if (!explained.contains(device.uid)) {
        found.push_back("device '" + device.name + "' carries our mark but no sandbox directory explains it");
      }
    }
  }
  for (const Uid& uid : seen.machine_directories) {
    if (!explained.contains(uid)) {
      found.push_back("a VM's runtime directory of uid " + uid.str() + " has no sandbox directory");
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace cowherd
