// SPDX-License-Identifier: Apache-2.0
// Both disk drivers of a host behind the Disks interface, and which of them new disks get. Safe from any
// thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/block/disk.h"
#include "resources/block/dm_snapshot_disk.h"
#include "resources/block/qcow2_disk.h"

namespace cowherd {

class HostDisks final : public Disks {
 public:
  // directory: the first 8 hex digits of the state directory's id. configured: what the operator chose; none
  // is auto.
  HostDisks(DeviceMapper& dm, LoopDevices& loops, FileSystem& files, FileParts& parts, ImageTools& images,
            std::string directory, std::optional<DiskDriverKind> configured);

  DisksSeen look(const std::vector<DiskPlan>& disks) override;
  DiskDriver& driver(DiskDriverKind kind) override;
  // A configured driver is taken whatever the host offers; the reason says when it will not work. Auto is an
  // error when the host could not be asked (Busy, Failed): a moment of trouble must not turn new disks into
  // qcow2.
  Result<Choice> choose() override;

 private:
  // Why dm-snapshot cannot be used here, "" when it can.
  Result<std::string> why_not_dm();

  DeviceMapper& dm_;
  LoopDevices& loops_;
  std::optional<DiskDriverKind> configured_;
  DmSnapshotDriver dm_snapshot_;
  Qcow2Driver qcow2_;
};

}  // namespace cowherd
