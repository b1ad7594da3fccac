// SPDX-License-Identifier: Apache-2.0
#include "resources/block/host_disks.h"

#include <algorithm>

namespace cowherd {

namespace {

// Its table was compared with the sandbox's identity already, and agrees.
bool is_as_its_sandbox_says(const DisksSeen& seen, const MarkedDevice& device) {
  const auto disk = seen.disks.find(device.uid);
  return disk != seen.disks.end() && disk->second.known() && disk->second->fault != DiskFault::Mismatch;
}

}  // namespace

HostDisks::HostDisks(DeviceMapper& dm, LoopDevices& loops, FileSystem& files, FileParts& parts, ImageTools& images,
                     std::string directory, std::optional<DiskDriverKind> configured)
    : dm_(dm),
      loops_(loops),
      configured_(configured),
      dm_snapshot_(dm, loops, files, parts, std::move(directory)),
      qcow2_(images, files) {}

DisksSeen HostDisks::look(const std::vector<DiskPlan>& disks) {
  DisksSeen seen;
  const HostListing listing = dm_snapshot_.list();
  seen.marked = dm_snapshot_.marked_in(listing);
  for (const DiskPlan& disk : disks) {
    const bool on_dm = disk.driver == DiskDriverKind::DmSnapshot;
    seen.disks.emplace(disk.uid, on_dm ? dm_snapshot_.look_in(listing, disk) : qcow2_.look(disk));
  }
  if (seen.marked.known()) {
    for (MarkedDevice& device : seen.marked.value()) {
      if (!is_as_its_sandbox_says(seen, device)) device.files = dm_snapshot_.files_under(listing, device.name);
    }
  }
  return seen;
}

DiskDriver& HostDisks::driver(DiskDriverKind kind) {
  if (kind == DiskDriverKind::DmSnapshot) return dm_snapshot_;
  return qcow2_;
}

Result<Disks::Choice> HostDisks::choose() {
  if (configured_ == DiskDriverKind::Qcow2) return Choice{DiskDriverKind::Qcow2, "configured"};
  const auto why_not = why_not_dm();
  if (configured_ == DiskDriverKind::DmSnapshot) {
    const std::string trouble = why_not ? *why_not : to_string(why_not.error());
    return Choice{DiskDriverKind::DmSnapshot, trouble.empty() ? "configured" : "configured, but " + trouble};
  }
  if (!why_not) return fail(Error(why_not.error()).in("choosing the disk driver"));
  if (why_not->empty())
    return Choice{DiskDriverKind::DmSnapshot, "this kernel has device-mapper with snapshot"};
  return Choice{DiskDriverKind::Qcow2, *why_not};
}

Result<std::string> HostDisks::why_not_dm() {
  const auto explain = [](const Error& error, std::string absent, std::string denied) -> Result<std::string> {
    if (error.kind == ErrorKind::NotFound) return absent;
    if (error.kind == ErrorKind::Denied) return denied;
    return fail(error);
  };
  const auto targets = dm_.targets();
  if (!targets) {
    return explain(targets.error(), "this kernel has no device-mapper",
                   "device-mapper is not permitted: run as root");
  }
  for (const char* type : {"snapshot", "linear", "zero"}) {
    if (std::find(targets->begin(), targets->end(), type) == targets->end()) {
      return std::string("this kernel's device-mapper has no target '") + type + "'";
    }
  }
  const auto loops = loops_.list();
  if (!loops)
    return explain(loops.error(), "this host has no loop devices",
                   "loop devices are not permitted: run as root");
  return std::string{};
}

}  // namespace cowherd
