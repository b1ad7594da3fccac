// SPDX-License-Identifier: Apache-2.0
// Loop devices by ioctl (loop(4)): LOOP_CTL_GET_FREE and LOOP_CONFIGURE (Linux 5.8), AUTOCLEAR always. No
// losetup. Needs root, and nodes /dev/loopN as devtmpfs makes them. Attaching is one at a time within the
// process, so that two disks on one image share its loop.
#pragma once

#include <mutex>

#include "resources/block/loop_devices.h"

namespace cowherd {

class KernelLoopDevices final : public LoopDevices {
 public:
  Result<std::vector<LoopDevice>> list() override;
  Result<std::unique_ptr<LoopHandle>> attach(const std::string& file, LoopAccess access) override;
  Status refresh_size(DeviceNumber device) override;

 private:
  std::mutex attaching_{};
};

}  // namespace cowherd
