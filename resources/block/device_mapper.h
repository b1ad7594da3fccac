// SPDX-License-Identifier: Apache-2.0
// The seam to the kernel's device-mapper. Contract suite: tests/contract/device_mapper_contract.h.
//
// Calls block until the kernel answers; implementations have a deadline and answer Busy past it. Safe to call
// from any thread (libdevmapper itself is not: the implementation owns one thread for it). No call retries:
// EBUSY is Busy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "resources/block/dm_table.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

struct DmDevice {
  std::string name{};  // at most 127 bytes
  std::string uuid{};  // at most 128 bytes; "" when it has none
  DeviceNumber device{};
  int open_count = 0;
  bool suspended = false;
  bool has_live_table = false;
  bool operator==(const DmDevice&) const = default;
};

struct DmDeviceDetail {
  DmDevice device{};
  DmTable table{};                    // the live table
  std::vector<std::string> status{};  // one per target, the kernel's text
  bool operator==(const DmDeviceDetail&) const = default;
};

class DeviceMapper {
 public:
  virtual ~DeviceMapper() = default;

  // Names of the target types this kernel offers ("snapshot", "linear", …). NotFound: no device-mapper at
  // all.
  virtual Result<std::vector<std::string>> targets() = 0;
  // Every device of the host, ours and others, sorted by name.
  virtual Result<std::vector<DmDevice>> list() = 0;
  // Those of list() that have one of the names or one of the uuids, sorted by name. Meant to take no longer the more
  // devices the host has; by default it does.
  virtual Result<std::vector<DmDevice>> find(const std::vector<std::string>& names, const std::vector<std::string>& uuids);
  virtual Result<DmDeviceDetail> look(const std::string& name) = 0;
  // Create, load, resume and make the node. A failure on the way removes what was made. Busy: name or uuid is
  // taken.
  virtual Status create(const std::string& name, const std::string& uuid, const DmTable& table) = 0;
  // One attempt. Busy while it is open or stacked upon. Removing an absent device is NotFound.
  virtual Status remove(const std::string& name) = 0;
  // Suspend flushes and stops I/O; resume lets it go on. Both are success when it is so already.
  virtual Status suspend(const std::string& name) = 0;
  virtual Status resume(const std::string& name) = 0;
  // Path of the node to open: "/dev/mapper/<name>" or "/dev/dm-N", whichever exists on this host.
  virtual std::string node_of(const DmDevice& device) const = 0;
};

}  // namespace cowherd
