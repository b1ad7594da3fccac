// SPDX-License-Identifier: Apache-2.0
// The kernel's device-mapper through libdevmapper, on one thread with a deadline (dm_thread.h). Works with
// udevd (cookies, its probing rules switched off for our devices) and without (nodes by devtmpfs and the
// library). Prints nothing. Make one per process.
#pragma once

#include "resources/block/device_mapper.h"
#include "resources/block/kernel/dm_thread.h"

namespace cowherd {

class KernelDeviceMapper final : public DeviceMapper {
 public:
  explicit KernelDeviceMapper(Span deadline = std::chrono::seconds{30}) : thread_(deadline) {}

  // Those that are loaded, and those of snapshot, linear and zero that the kernel can load now.
  Result<std::vector<std::string>> targets() override;
  Result<std::vector<DmDevice>> list() override;
  Result<std::vector<DmDevice>> find(const std::vector<std::string>& names,
                                     const std::vector<std::string>& uuids) override;
  Result<DmDeviceDetail> look(const std::string& name) override;
  Status create(const std::string& name, const std::string& uuid, const DmTable& table) override;
  Status remove(const std::string& name) override;
  Status suspend(const std::string& name) override;
  Status resume(const std::string& name) override;
  std::string node_of(const DmDevice& device) const override;

 private:
  DmThread thread_;
};

}  // namespace cowherd
