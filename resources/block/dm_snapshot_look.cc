// SPDX-License-Identifier: Apache-2.0
// The looking half of DmSnapshotDriver: what exists, and whether it is what the plan says. Changes nothing.
#include <algorithm>

#include "resources/block/dm_snapshot_disk.h"
#include "resources/block/dm_snapshot_store.h"

namespace cowherd {

Fact<DiskState> DmSnapshotDriver::look(const DiskPlan& disk) { return look_in(around(disk), disk); }

HostListing DmSnapshotDriver::around(const DiskPlan& disk) {
  const DmMark root = mark(disk, DmRole::Root);
  const DmMark base = mark(disk, DmRole::Base);
  HostListing host;
  host.devices = dm_.find({dm_name(disk.uid, DmRole::Root), dm_name(disk.uid, DmRole::Base)}, {dm_uuid(root), dm_uuid(base)});
  host.loops = std::vector<LoopDevice>{};
  if (find_marked(host, root) != nullptr) host.loops = loops_.list();
  return host;
}

Fact<DiskState> DmSnapshotDriver::look_in(const HostListing& host, const DiskPlan& disk) {
  const auto unknown = [&](Error error) {
    if (error.kind == ErrorKind::NotFound)
      error.kind = ErrorKind::Failed;  // not Absent: it could not be told
    return Fact<DiskState>(std::move(error).in("looking at the disk of sandbox " + disk.uid.short12()));
  };
  DiskState state;
  state.format = "raw";
  const auto store = files_.stat(cow_path(disk));
  if (!store && store.error().kind != ErrorKind::NotFound) return unknown(store.error());
  state.store_present = store.has_value();
  if (store) {
    state.store_size = store->size;
    state.store_allocated = store->allocated;
    state.store_mtime_ns = store->mtime_ns;
  }
  if (store && store->type != FileType::Regular) {
    state.fault = DiskFault::Mismatch;
    state.detail = "'" + cow_path(disk) + "' is no regular file";
  }
  if (!host.devices && host.devices.error().kind != ErrorKind::NotFound) return unknown(host.devices.error());
  const DmDevice* root = find_marked(host, mark(disk, DmRole::Root));
  if (root == nullptr || !root->has_live_table) {
    state.interrupted = root != nullptr || find_marked(host, mark(disk, DmRole::Base)) != nullptr;
    return describe_closed(disk, std::move(state));
  }
  auto described = describe_root(host, disk, *root, state);
  if (!described) return unknown(std::move(described).error());
  return *std::move(described);
}

namespace {

std::string describe(SnapshotFault fault) {
  switch (fault) {
    case SnapshotFault::Invalid:
      return "the kernel reports Invalid";
    case SnapshotFault::Overflow:
      return "the kernel reports Overflow";
    case SnapshotFault::MergeFailed:
      return "the kernel reports Merge failed";
    case SnapshotFault::Unreadable:
      break;
  }
  return "the kernel's status cannot be read";
}

DiskState with_status(DiskState state, const std::string& text) {
  const SnapshotStatus status = parse_snapshot_status(text);
  if (const auto* usage = std::get_if<SnapshotUsage>(&status)) {
    state.usage = *usage;
    return state;
  }
  const SnapshotFault fault = std::get<SnapshotFault>(status);
  state.fault = fault == SnapshotFault::Overflow ? DiskFault::Overflow : DiskFault::Invalid;
  state.detail = describe(fault);
  return state;
}

}  // namespace

// A header that is none of ours is activate's to refuse.
DiskState DmSnapshotDriver::describe_closed(const DiskPlan& disk, DiskState state) {
  if (!state.store_present || state.fault != DiskFault::None) return state;
  const auto header = read_cow_header(parts_, disk);
  if (!header && header.error().kind == ErrorKind::Corrupt) return state;
  if (!header && header.error().kind == ErrorKind::NotFound) return DiskState{.format = "raw"};  // it went meanwhile
  if (!header) {
    state.fault = DiskFault::Unreadable;
    state.detail = to_string(header.error());
    return state;
  }
  if (*header == StoreHeader::Invalid) {
    state.fault = DiskFault::Invalid;
    state.detail = "its header says that the kernel gave it up";
  }
  return state;
}

Result<DiskState> DmSnapshotDriver::describe_root(const HostListing& host, const DiskPlan& disk,
                                                  const DmDevice& root, DiskState state) {
  const auto detail = dm_.look(root.name);
  if (!detail && detail.error().kind == ErrorKind::NotFound) return state;  // it went meanwhile
  if (!detail) return fail(detail.error());
  state.active = !detail->device.suspended;
  state.interrupted = detail->device.suspended;
  state.node = dm_.node_of(detail->device);
  state.open_count = detail->device.open_count;
  for (const DmTarget& target : detail->table) state.size = state.size + to_bytes(target.length);
  COWHERD_ASSIGN(const std::string differs, difference(host, disk, *detail));
  if (!differs.empty()) {
    state.fault = DiskFault::Mismatch;
    state.detail = "device '" + root.name + "': " + differs;
    return state;
  }
  state.store_size = std::min(state.store_size, find_loop(*host.loops, sole_snapshot(detail->table)->cow)->size);
  return with_status(std::move(state), detail->status.empty() ? "" : detail->status[0]);
}

Result<std::string> DmSnapshotDriver::difference(const HostListing& host, const DiskPlan& disk,
                                                 const DmDeviceDetail& root) {
  COWHERD_ASSIGN(std::string differs, cow_difference(host, disk, root));
  if (!differs.empty()) return differs;
  return origin_difference(host, disk, root);
}

Result<std::string> DmSnapshotDriver::cow_difference(const HostListing& host, const DiskPlan& disk,
                                                     const DmDeviceDetail& root) {
  const SnapshotTarget* snapshot = sole_snapshot(root.table);
  if (snapshot == nullptr) return "its table is not one we load: " + print_table(root.table);
  if (!host.loops) return fail(host.loops.error());
  const auto store = files_.stat(cow_path(disk));
  if (!store && store.error().kind == ErrorKind::NotFound) {
    return "'" + cow_path(disk) + "' is gone; the device holds the only copy";
  }
  if (!store) return fail(store.error());
  const LoopDevice* cow = find_loop(*host.loops, snapshot->cow);
  if (cow == nullptr || cow->backing != store->id) {
    return "its store " + to_string(snapshot->cow) + " is not '" + cow_path(disk) + "'";
  }
  if (cow->access != LoopAccess::ReadWrite) return "its store is read-only";
  return std::string{};
}

// Judged by the length the device has: a plan that wants a larger disk is not a mismatch.
Result<std::string> DmSnapshotDriver::origin_difference(const HostListing& host, const DiskPlan& disk,
                                                        const DmDeviceDetail& root) {
  const SnapshotTarget* snapshot = sole_snapshot(root.table);
  const Sectors length = root.table[0].length;
  if (to_bytes(length) > disk.size) {
    return "it has " + print_quantity(to_bytes(length)) + ", the disk " + print_quantity(disk.size);
  }
  const auto image = files_.stat(disk.base_image);
  if (!image && image.error().kind == ErrorKind::NotFound)
    return "its base image '" + disk.base_image + "' is gone";
  if (!image) return fail(image.error());
  const Sectors sectors{image->size.value / 512};
  DeviceNumber image_loop = snapshot->origin;
  if (length > sectors) {
    const DmDevice* base = find_marked(host, mark(disk, DmRole::Base));
    if (base == nullptr || base->device != snapshot->origin)
      return "its origin is not the device made for it";
    COWHERD_ASSIGN(const DmDeviceDetail detail, dm_.look(base->name));
    const auto* linear = detail.table.empty() ? nullptr : std::get_if<LinearTarget>(&detail.table[0].what);
    if (linear == nullptr || detail.table != base_table(linear->device, sectors, length)) {
      return "its origin '" + base->name + "' has another table: " + print_table(detail.table);
    }
    image_loop = linear->device;
  }
  const LoopDevice* loop = find_loop(*host.loops, image_loop);
  if (loop == nullptr || loop->backing != image->id) return "its origin is not '" + disk.base_image + "'";
  return std::string{};
}

namespace {

std::vector<DeviceNumber> devices_of(const DmTable& table) {
  std::vector<DeviceNumber> devices;
  for (const DmTarget& target : table) {
    if (const auto* linear = std::get_if<LinearTarget>(&target.what)) devices.push_back(linear->device);
    if (const auto* snapshot = std::get_if<SnapshotTarget>(&target.what)) {
      devices.push_back(snapshot->origin);
      devices.push_back(snapshot->cow);
    }
  }
  return devices;
}

}  // namespace

Status DmSnapshotDriver::follow_table(const HostListing& host, const std::string& device, std::set<std::string>& met,
                                      std::vector<FileId>& found) {
  if (!met.insert(device).second) return {};
  COWHERD_ASSIGN(const DmDeviceDetail detail, dm_.look(device));
  for (const DeviceNumber below : devices_of(detail.table)) {
    if (const LoopDevice* loop = find_loop(*host.loops, below)) found.push_back(loop->backing);
    for (const DmDevice& other : *host.devices) {
      if (other.device == below) COWHERD_TRY(follow_table(host, other.name, met, found));
    }
  }
  return {};
}

Fact<std::vector<FileId>> DmSnapshotDriver::files_under(const HostListing& host, const std::string& device) {
  if (!host.devices) return Error(host.devices.error());
  if (!host.loops) return Error(host.loops.error());
  std::set<std::string> met;
  std::vector<FileId> found;
  const Status followed = follow_table(host, device, met, found);
  if (followed) return found;
  if (followed.error().kind == ErrorKind::NotFound) return Absent{};
  return Error(followed.error()).in("following device '" + device + "' to its files");
}

Fact<std::vector<MarkedDevice>> DmSnapshotDriver::marked_in(const HostListing& host) const {
  if (!host.devices) return Fact<std::vector<MarkedDevice>>::from(fail(host.devices.error()));
  std::vector<MarkedDevice> marked;
  for (const DmDevice& device : *host.devices) {
    const auto found = parse_dm_uuid(device.uuid);
    if (!found || found->directory != directory_) continue;
    marked.push_back({found->uid, device.name, std::string(to_string(found->role)), device.open_count, {}});
  }
  return marked;
}

}  // namespace cowherd
