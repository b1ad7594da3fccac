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

tl::unexpected<Error> refuse_foreign_store(const DmDevice& root, const std::string& difference) {
  return fail(ErrorKind::Corrupt, "use device '" + root.name + "': it carries our mark, but " + difference,
              "nothing was touched; see what it is with 'dmsetup table " + root.name + "'");
}

}  // namespace

DmSnapshotDriver::DmSnapshotDriver(DeviceMapper& dm, LoopDevices& loops, FileSystem& files,
                                   std::string directory)
    : dm_(dm), loops_(loops), files_(files), directory_(std::move(directory)) {}

Result<Effect> DmSnapshotDriver::create(const DiskPlan& disk) {
  return create_cow(files_, disk).in(doing("creating", disk));
}

// --- activate

Result<Effect> DmSnapshotDriver::activate(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    COWHERD_ASSIGN(HostListing host, complete(list()));
    if (const DmDevice* root = find_marked(host, mark(disk, DmRole::Root)); root != nullptr) {
      if (root->has_live_table) return keep_active(host, disk, *root);
      COWHERD_TRY(remove(*root));
      // A table that was loaded and never resumed held its loops; they went with it.
      COWHERD_ASSIGN(host, complete(list()));
    }
    COWHERD_TRY(names_are_free(host, disk));
    COWHERD_ASSIGN(const FileStamp store, prepare_store(disk));
    COWHERD_ASSIGN(const std::unique_ptr<LoopHandle> cow, attach_store(host, disk, store));
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
  const SnapshotStatus status = parse_snapshot_status(detail.status.empty() ? "" : detail.status[0]);
  if (const auto* fault = std::get_if<SnapshotFault>(&status); fault != nullptr) {
    if (*fault == SnapshotFault::Overflow) {
      return fail(ErrorKind::Exhausted, "use device '" + root.name + "': its copy-on-write store is full",
                  "stop the sandbox and raise resources.disk.cowLimit");
    }
    return fail(
        ErrorKind::Corrupt, "use device '" + root.name + "': the kernel gave its copy-on-write store up",
        "the store is kept as it is; free space on the host, then restore a snapshot or discard the disk");
  }
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

Result<std::unique_ptr<LoopHandle>> DmSnapshotDriver::attach_store(const HostListing& host,
                                                                   const DiskPlan& disk,
                                                                   const FileStamp& store) {
  // No device of ours exists, so a loop on the store is somebody else's; two writers would destroy it.
  for (const LoopDevice& loop : *host.loops) {
    if (loop.backing != store.id) continue;
    return fail(ErrorKind::Busy,
                "attach '" + cow_path(disk) + "': loop device " + to_string(loop.device) + " already has it",
                "find its holder with 'losetup -l' and 'lsblk'");
  }
  COWHERD_ASSIGN(std::unique_ptr<LoopHandle> cow, loops_.attach(cow_path(disk), LoopAccess::ReadWrite));
  if (cow->loop().backing != store.id) {
    return fail(ErrorKind::Stale, "attach '" + cow_path(disk) + "': the file was replaced meanwhile");
  }
  COWHERD_ASSIGN(const std::string front, cow->read_front(kChunk));
  const auto header = read_store_header(front);
  if (!header) return fail(Error(header.error()).in("checking '" + cow_path(disk) + "'"));
  if (*header == StoreHeader::Valid) return cow;
  const char* why = *header == StoreHeader::Fresh
                        ? "its header was zeroed, the kernel would make it an empty disk"
                        : "the kernel gave it up, as it does when the host file system is full";
  return fail(ErrorKind::Corrupt, "use '" + cow_path(disk) + "': " + why,
              "the store is kept as it is; restore a snapshot or discard the disk");
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
  COWHERD_ASSIGN(origin.image, loops_.attach(disk.base_image, LoopAccess::ReadOnly));
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
  COWHERD_ASSIGN(const DmDeviceDetail made, dm_.look(origin.made));
  origin.device = made.device.device;
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
    HostListing host = list();
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
    auto devices = dm_.list();
    const bool known = devices || devices.error().kind == ErrorKind::NotFound;
    if (!known) return fail(std::move(devices).error());
    const HostListing host{std::move(devices), {}};
    if (const DmDevice* root = find_marked(host, mark(disk, DmRole::Root)); root != nullptr) {
      return fail(ErrorKind::Busy, "grow '" + cow_path(disk) + "': its device '" + root->name + "' exists",
                  "a disk grows while it is inactive");
    }
    return grow_cow(files_, disk);
  };
  return attempt().in(doing("growing", disk));
}

Result<Effect> DmSnapshotDriver::remove(const DmDevice& device) {
  Status removed = dm_.remove(device.name);
  if (removed) return Effect::Changed;
  if (removed.error().kind == ErrorKind::NotFound) return Effect::Unchanged;
  return fail(std::move(removed).error().with_hint(
      "it is open or stacked upon; see 'lsblk' and 'fuser -v /dev/mapper/" + device.name + "'"));
}

}  // namespace cowherd
