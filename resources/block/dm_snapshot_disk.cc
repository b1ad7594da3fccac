// SPDX-License-Identifier: Apache-2.0
#include "resources/block/dm_snapshot_disk.h"

#include "resources/block/dm_snapshot_store.h"
#include "resources/block/exception_store.h"

namespace cowherd {

namespace {

std::string doing(const char* verb, const DiskPlan& disk) {
  return std::string(verb) + " the disk of sandbox " + disk.uid.short12();
}

// What is missing here is a facility of the host, not the disk: the loop must not take the disk for absent.
Error as_failure(Error error) {
  if (error.kind == ErrorKind::NotFound) error.kind = ErrorKind::Failed;
  return error;
}

Result<HostListing> complete(HostListing host) {
  if (!host.devices) return fail(as_failure(std::move(host.devices).error()));
  if (!host.loops) return fail(as_failure(std::move(host.loops).error()));
  return host;
}

tl::unexpected<Error> refuse_attached(const DiskPlan& disk, const LoopDevice& loop) {
  return fail(ErrorKind::Busy,
              "attach '" + cow_path(disk) + "': loop device " + to_string(loop.device) + " already has it",
              "find its holder with 'losetup -l' and 'lsblk'");
}

tl::unexpected<Error> refuse_foreign_store(const DmDevice& root, const std::string& difference) {
  return fail(ErrorKind::Corrupt, "use device '" + root.name + "': it carries our mark, but " + difference,
              "nothing was touched; see what it is with 'dmsetup table " + root.name + "'");
}

// Without a device of ours, a loop on the store is somebody else's; two writers would destroy it.
Status no_loop_has(const std::vector<LoopDevice>& loops, const DiskPlan& disk, const FileStamp& store) {
  for (const LoopDevice& loop : loops) {
    if (loop.backing == store.id) return refuse_attached(disk, loop);
  }
  return {};
}

// What the kernel says of an active device stays so until the device is closed.
Status takes_writes(const DmDeviceDetail& root) {
  const SnapshotStatus status = parse_snapshot_status(root.status.empty() ? "" : root.status[0]);
  const auto* fault = std::get_if<SnapshotFault>(&status);
  if (fault == nullptr) return {};
  const std::string doing = "use device '" + root.device.name + "': ";
  if (*fault == SnapshotFault::Overflow) {
    return fail(ErrorKind::Exhausted, doing + "its copy-on-write store is full",
                "raise resources.disk.cowLimit; the store grows once the device is closed");
  }
  return fail(ErrorKind::Corrupt, doing + "the kernel gave its copy-on-write store up",
              "the store is kept as it is; free space on the host, then it can be repaired once the device is closed");
}

}  // namespace

DmSnapshotDriver::DmSnapshotDriver(DeviceMapper& dm, LoopDevices& loops, FileSystem& files,
                                   FileParts& parts, std::string directory)
    : dm_(dm), loops_(loops), files_(files), parts_(parts), directory_(std::move(directory)) {}

Result<Effect> DmSnapshotDriver::create(const DiskPlan& disk) {
  return create_cow(files_, disk).in(doing("creating", disk));
}

// --- activate

Result<Effect> DmSnapshotDriver::activate(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    COWHERD_ASSIGN(HostListing host, complete(around(disk)));
    if (const DmDevice* root = find_marked(host, mark(disk, DmRole::Root)); root != nullptr) {
      if (root->has_live_table) return keep_active(host, disk, *root);
      COWHERD_TRY(remove(*root));
      // A table that was loaded and never resumed held its loops; they went with it.
      COWHERD_ASSIGN(host, complete(around(disk)));
    }
    COWHERD_TRY(names_are_free(host, disk));
    COWHERD_ASSIGN(const FileStamp store, prepare_store(disk));
    COWHERD_ASSIGN(const std::unique_ptr<LoopHandle> cow, attach_store(disk, store));
    COWHERD_ASSIGN(const Origin origin, attach_origin(host, disk));
    COWHERD_TRY(create_root(disk, origin, *cow));
    return Effect::Changed;
  };
  return attempt().in(doing("activating", disk));
}

Result<Effect> DmSnapshotDriver::keep_active(const HostListing& host, const DiskPlan& disk,
                                             const DmDevice& root) {
  COWHERD_ASSIGN(const DmDeviceDetail detail, dm_.look(root.name));
  COWHERD_ASSIGN(const std::string differs, difference(host, disk, detail));
  if (!differs.empty()) return refuse_foreign_store(root, differs);
  if (to_bytes(detail.table[0].length) != disk.size) {
    return fail(ErrorKind::Stale, "use device '" + root.name + "': it is active with " +
                                      print_quantity(to_bytes(detail.table[0].length)) + ", not " +
                                      print_quantity(disk.size));
  }
  COWHERD_TRY(takes_writes(detail));
  if (!detail.device.suspended) return Effect::Unchanged;
  COWHERD_TRY(dm_.resume(root.name));
  return Effect::Changed;
}

Status DmSnapshotDriver::names_are_free(const HostListing& host, const DiskPlan& disk) const {
  for (const DmRole role : {DmRole::Root, DmRole::Base}) {
    const DmDevice* named = find_named(host, dm_name(disk.uid, role));
    if (named == nullptr || named->uuid == dm_uuid(mark(disk, role))) continue;
    return fail(ErrorKind::Busy,
                "create device '" + named->name +
                    "': the name is taken by a device of somebody else (uuid '" + named->uuid + "')",
                "it is not touched; find its owner, or remove it with 'dmsetup remove " + named->name + "'");
  }
  return {};
}

// Store and name are durable before a VM may write to it: a run that died after the rename may have left them
// unsynced.
Result<FileStamp> DmSnapshotDriver::prepare_store(const DiskPlan& disk) {
  COWHERD_TRY(grow_cow(files_, disk));
  COWHERD_TRY(files_.sync(disk.directory));
  return files_.stat(cow_path(disk));
}

Result<std::unique_ptr<LoopHandle>> DmSnapshotDriver::attach(const std::string& file, LoopAccess access) {
  auto loop = loops_.attach(file, access);
  if (!loop) return fail(as_failure(std::move(loop).error()));
  return loop;
}

Result<std::unique_ptr<LoopHandle>> DmSnapshotDriver::attach_store(const DiskPlan& disk, const FileStamp& store) {
  COWHERD_ASSIGN(std::unique_ptr<LoopHandle> cow, attach(cow_path(disk), LoopAccess::ReadWrite));
  if (!cow->made()) return refuse_attached(disk, cow->loop());
  if (cow->loop().backing != store.id) {
    return fail(ErrorKind::Stale, "attach '" + cow_path(disk) + "': the file was replaced meanwhile");
  }
  COWHERD_ASSIGN(const std::string front, cow->read_front(kChunk));
  const auto header = read_store_header(front);
  if (!header) return fail(Error(header.error()).in("checking '" + cow_path(disk) + "'"));
  if (*header != StoreHeader::Valid) return fail(refuse_store(disk, *header));
  return cow;
}

Result<DmSnapshotDriver::Origin> DmSnapshotDriver::attach_origin(const HostListing& host,
                                                                 const DiskPlan& disk) {
  COWHERD_ASSIGN(const FileStamp image, files_.stat(disk.base_image));
  const auto sectors = to_sectors(image.size);
  if (image.type != FileType::Regular || !sectors || sectors->value == 0 || image.size > disk.size) {
    return fail(ErrorKind::Corrupt, "use the base image '" + disk.base_image + "' of " +
                                        std::to_string(image.size.value) + " bytes for a disk of " +
                                        std::to_string(disk.size.value) +
                                        ": it must be a file of whole sectors, not larger than the disk");
  }
  Origin origin;
  COWHERD_ASSIGN(origin.image, attach(disk.base_image, LoopAccess::ReadOnly));
  const LoopDevice& loop = origin.image->loop();
  if (loop.backing != image.id || loop.size != image.size) {
    return fail(ErrorKind::Stale, "attach '" + disk.base_image + "': the file was replaced meanwhile");
  }
  origin.device = loop.device;
  if (image.size < disk.size) return attach_base(host, disk, std::move(origin), *sectors);
  // The disk was larger once and a crash left its origin: nothing stands on it any more.
  if (const DmDevice* base = find_marked(host, mark(disk, DmRole::Base)); base != nullptr)
    COWHERD_TRY(remove(*base));
  return origin;
}

Result<DmSnapshotDriver::Origin> DmSnapshotDriver::attach_base(const HostListing& host, const DiskPlan& disk,
                                                               Origin origin, Sectors image) {
  const DmTable table = base_table(origin.device, image, Sectors{disk.size.value / 512});
  if (const DmDevice* base = find_marked(host, mark(disk, DmRole::Base)); base != nullptr) {
    const auto found = dm_.look(base->name);
    if (!found && found.error().kind != ErrorKind::NotFound) return fail(found.error());
    if (found && found->table == table && !found->device.suspended) {
      origin.device = found->device.device;
      return origin;
    }
    COWHERD_TRY(remove(*base));
  }
  const DmMark base_mark = mark(disk, DmRole::Base);
  origin.made = dm_name(disk.uid, DmRole::Base);
  COWHERD_TRY(dm_.create(origin.made, dm_uuid(base_mark), table));
  COWHERD_ASSIGN(const std::vector<DmDevice> made, dm_.find({origin.made}, {}));
  if (made.empty()) return fail(ErrorKind::Stale, "use device '" + origin.made + "': somebody removed it just now");
  origin.device = made[0].device;
  return origin;
}

Status DmSnapshotDriver::create_root(const DiskPlan& disk, const Origin& origin, const LoopHandle& cow) {
  const DmTable table = root_table(origin.device, cow.loop().device, Sectors{disk.size.value / 512});
  Status created = dm_.create(dm_name(disk.uid, DmRole::Root), dm_uuid(mark(disk, DmRole::Root)), table);
  if (created || origin.made.empty()) return created;
  Error error = std::move(created).error();
  if (const Status removed = dm_.remove(origin.made);
      !removed && removed.error().kind != ErrorKind::NotFound) {
    error = std::move(error).and_also(removed.error());
  }
  return fail(std::move(error));
}

// --- deactivate and grow

Result<Effect> DmSnapshotDriver::deactivate(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    HostListing host = around(disk);
    if (!host.devices && host.devices.error().kind == ErrorKind::NotFound) return Effect::Unchanged;
    if (!host.devices) return fail(std::move(host.devices).error());
    Effect effect = Effect::Unchanged;
    if (const DmDevice* root = find_marked(host, mark(disk, DmRole::Root)); root != nullptr) {
      if (root->has_live_table) {
        COWHERD_ASSIGN(const DmDeviceDetail detail, dm_.look(root->name));
        COWHERD_ASSIGN(const std::string differs, cow_difference(host, disk, detail));
        if (!differs.empty()) return refuse_foreign_store(*root, differs);
      }
      COWHERD_ASSIGN(effect, remove(*root));
    }
    if (const DmDevice* base = find_marked(host, mark(disk, DmRole::Base)); base != nullptr) {
      COWHERD_ASSIGN(const Effect removed, remove(*base));
      if (removed == Effect::Changed) effect = Effect::Changed;
    }
    return effect;
  };
  return attempt().in(doing("deactivating", disk));
}

Result<Effect> DmSnapshotDriver::grow(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    COWHERD_TRY(is_closed(around(disk), disk));
    return grow_cow(files_, disk);
  };
  return attempt().in(doing("growing", disk));
}

// A host without device-mapper has no device of ours.
Status DmSnapshotDriver::is_closed(const HostListing& host, const DiskPlan& disk) const {
  if (!host.devices && host.devices.error().kind == ErrorKind::NotFound) return {};
  if (!host.devices) return fail(host.devices.error());
  const DmDevice* root = find_marked(host, mark(disk, DmRole::Root));
  if (root == nullptr) return {};
  return fail(ErrorKind::Busy, "change '" + cow_path(disk) + "': its device '" + root->name + "' exists",
              "this is done while the disk is inactive");
}

// --- the store alone

Result<Effect> DmSnapshotDriver::grow_store(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    const HostListing host = around(disk);
    const bool known = host.devices || host.devices.error().kind == ErrorKind::NotFound;
    if (!known) return fail(host.devices.error());
    const DmDevice* root = find_marked(host, mark(disk, DmRole::Root));
    if (root == nullptr || !root->has_live_table) return grow_cow(files_, disk);
    return grow_active(host, disk, *root);
  };
  return attempt().in(doing("growing the store of", disk));
}

// A run that died before the loop took the new length over has left a longer file: the loop's size counts.
Result<Effect> DmSnapshotDriver::grow_active(const HostListing& host, const DiskPlan& disk, const DmDevice& root) {
  COWHERD_ASSIGN(const DmDeviceDetail detail, dm_.look(root.name));
  COWHERD_ASSIGN(const std::string differs, cow_difference(host, disk, detail));
  if (!differs.empty()) return refuse_foreign_store(root, differs);
  COWHERD_TRY(takes_writes(detail));
  COWHERD_ASSIGN(const Bytes wanted, cow_size(disk));
  const DeviceNumber cow = sole_snapshot(detail.table)->cow;
  if (find_loop(*host.loops, cow)->size >= wanted) return Effect::Unchanged;
  COWHERD_TRY(grow_cow(files_, disk));
  COWHERD_TRY(loops_.refresh_size(cow));
  return Effect::Changed;
}

Result<Effect> DmSnapshotDriver::repair_store(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    const HostListing host = list();
    COWHERD_TRY(is_closed(host, disk));
    COWHERD_ASSIGN(const FileStamp store, files_.stat(cow_path(disk)));
    if (host.loops) COWHERD_TRY(no_loop_has(*host.loops, disk, store));
    if (!host.loops && host.loops.error().kind != ErrorKind::NotFound) return fail(host.loops.error());
    COWHERD_ASSIGN(const std::unique_ptr<FileReader> reader, parts_.open(cow_path(disk)));
    if (reader->writers() == Writers::Some) {
      return fail(ErrorKind::Busy, "change '" + cow_path(disk) + "': a program has it open for writing",
                  "find it with 'fuser -v'");
    }
    return repair_cow(files_, parts_, disk);
  };
  return attempt().in(doing("repairing the store of", disk));
}

Result<Effect> DmSnapshotDriver::remove(const DmDevice& device) {
  Status removed = dm_.remove(device.name);
  if (removed) return Effect::Changed;
  if (removed.error().kind == ErrorKind::NotFound) return Effect::Unchanged;
  return fail(std::move(removed).error().with_hint(
      "it is open or stacked upon; see 'lsblk' and 'fuser -v /dev/mapper/" + device.name + "'"));
}

}  // namespace cowherd
