// SPDX-License-Identifier: Apache-2.0
// The seam to loop devices (loop(4), LOOP_CONFIGURE since Linux 5.8). Contract:
// tests/contract/loop_devices_contract.h.
//
// Every loop is attached with AUTOCLEAR: it exists while something holds it open (our handle, a device-mapper
// table, a VM) and the kernel detaches it with the last holder. A process that dies between attach and create
// leaves nothing. Blocks on the disk; safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "resources/block/dm_table.h"
#include "resources/files/file_system.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

enum class LoopAccess { ReadOnly, ReadWrite };

struct LoopDevice {
  DeviceNumber device{};
  FileId backing{};  // identity of the backing file; survives rename and unlink
  LoopAccess access = LoopAccess::ReadOnly;
  bool autoclear = false;
  Bytes size{};  // what the device offers now
  bool operator==(const LoopDevice&) const = default;
};

// Keeps a loop alive; letting go of it is not an error, whoever else holds the device keeps it.
class LoopHandle {
 public:
  virtual ~LoopHandle() = default;
  virtual const LoopDevice& loop() const = 0;
  // Whether the call that returned it attached the file; else somebody had it already.
  virtual bool made() const = 0;
  // The first bytes of the device as whoever maps it next will find them, past all caches. count: a multiple
  // of 4 KiB; fewer bytes when the device is shorter.
  virtual Result<std::string> read_front(Bytes count) = 0;
};

class LoopDevices {
 public:
  virtual ~LoopDevices() = default;
  // Every attached loop of the host. NotFound: this host has no loop devices.
  virtual Result<std::vector<LoopDevice>> list() = 0;
  // Attaches the file, or opens the loop that already has the same backing file with the same access. Busy
  // when the file is attached with other access, or writable more than once.
  virtual Result<std::unique_ptr<LoopHandle>> attach(const std::string& file, LoopAccess access) = 0;
  // Takes over a grown backing file (LOOP_SET_CAPACITY).
  virtual Status refresh_size(DeviceNumber device) = 0;
};

}  // namespace cowherd
