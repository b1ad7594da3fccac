// SPDX-License-Identifier: Apache-2.0
// The dm-snapshot disk driver: the template's image on one shared read-only loop, a sparse rootfs.cow per
// sandbox on its own loop, and over them a device `snapshot <origin> <cow> PO 8`. When the disk is larger
// than the image, the origin is a second device (`linear` + `zero`, role "base"). Loops are only held by the
// devices: they vanish with them.
//
// A device is ours only if its dm uuid is exactly our mark AND its store is the rootfs.cow of the plan's
// directory (device and inode). One with our name but another uuid is somebody else's: Busy, untouched. One
// with our mark but another store, or whose store's name is gone, is Corrupt, untouched: removing it could
// destroy the only copy of what was written.
//
// create() writes a valid empty store, so the header of a store is never zero. The kernel would take a zeroed
// one for a new disk and initialise it as empty; here it means that content was lost, and activate() refuses
// it as Corrupt. What the kernel gave up itself is refused too, until repair_store() has verified it.
//
// Holds no state: every call looks at the host itself. Safe from any thread, for different disks at a time.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "resources/block/disk.h"
#include "resources/block/host_listing.h"
#include "resources/files/file_parts.h"

namespace cowherd {

class DmSnapshotDriver final : public DiskDriver {
 public:
  // directory: the first 8 hex digits of the state directory's id.
  DmSnapshotDriver(DeviceMapper& dm, LoopDevices& loops, FileSystem& files, FileParts& parts, std::string directory);

  Fact<DiskState> look(const DiskPlan& disk) override;
  Result<Effect> create(const DiskPlan& disk) override;
  // Mends what an interrupted call left: a device without a table or of another size is made anew, a
  // suspended one resumed. Stale when it is active with another size than the plan's. Exhausted when its
  // store is full.
  Result<Effect> activate(const DiskPlan& disk) override;
  Result<Effect> deactivate(const DiskPlan& disk) override;
  // Makes room for disk.size (or up to a raised cow limit); the device offers it when it is activated.
  Result<Effect> grow(const DiskPlan& disk) override;
  // Lengthens the file and has its loop take that over (LOOP_SET_CAPACITY); the kernel's snapshot asks the loop for its
  // size with every exception, so it needs no reload (dm-snap-persistent.c, persistent_prepare_exception).
  Result<Effect> grow_store(const DiskPlan& disk) override;
  Result<Effect> repair_store(const DiskPlan& disk) override;

  // Every device and loop of the host: for looking at many disks.
  HostListing list() { return list_host(dm_, loops_); }
  Fact<DiskState> look_in(const HostListing& host, const DiskPlan& disk);
  Fact<std::vector<MarkedDevice>> marked_in(const HostListing& host) const;
  // The files that a device's table leads to, through other devices and loops.
  Fact<std::vector<FileId>> files_under(const HostListing& host, const std::string& device);

 private:
  // What a "-root" device stands on, kept until the device holds it itself.
  struct Origin {
    std::unique_ptr<LoopHandle> image{};
    DeviceNumber device{};
    std::string made{};  // name of the "-base" device made for it, "" when none was
  };

  // The devices that have this disk's marks or names, and while its "-root" device exists the loops. What one disk needs
  // takes no longer the more disks there are.
  HostListing around(const DiskPlan& disk);
  Result<std::unique_ptr<LoopHandle>> attach(const std::string& file, LoopAccess access);
  DmMark mark(const DiskPlan& disk, DmRole role) const { return {directory_, disk.uid, role}; }
  Result<DiskState> describe_root(const HostListing& host, const DiskPlan& disk, const DmDevice& root,
                                  DiskState state);

  // "" when the device agrees with the plan, else what differs. An error: it could not be told.
  Result<std::string> difference(const HostListing& host, const DiskPlan& disk, const DmDeviceDetail& root);
  Result<std::string> cow_difference(const HostListing& host, const DiskPlan& disk,
                                     const DmDeviceDetail& root);
  Result<std::string> origin_difference(const HostListing& host, const DiskPlan& disk,
                                        const DmDeviceDetail& root);

  Status follow_table(const HostListing& host, const std::string& device, std::set<std::string>& met,
                      std::vector<FileId>& found);
  DiskState describe_closed(const DiskPlan& disk, DiskState state);
  Result<Effect> grow_active(const HostListing& host, const DiskPlan& disk, const DmDevice& root);
  Status is_closed(const HostListing& host, const DiskPlan& disk) const;
  Result<Effect> keep_active(const HostListing& host, const DiskPlan& disk, const DmDevice& root);
  Status names_are_free(const HostListing& host, const DiskPlan& disk) const;
  Result<FileStamp> prepare_store(const DiskPlan& disk);
  Result<std::unique_ptr<LoopHandle>> attach_store(const DiskPlan& disk, const FileStamp& store);
  Result<Origin> attach_origin(const HostListing& host, const DiskPlan& disk);
  Result<Origin> attach_base(const HostListing& host, const DiskPlan& disk, Origin origin, Sectors image);
  Status create_root(const DiskPlan& disk, const Origin& origin, const LoopHandle& cow);
  // An absent device is success.
  Result<Effect> remove(const DmDevice& device);

  DeviceMapper& dm_;
  LoopDevices& loops_;
  FileSystem& files_;
  FileParts& parts_;
  std::string directory_;
};

}  // namespace cowherd
