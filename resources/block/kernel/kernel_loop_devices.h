// SPDX-License-Identifier: Apache-2.0
// Loop devices by ioctl (loop(4)): LOOP_CTL_GET_FREE and LOOP_CONFIGURE (Linux 5.8), AUTOCLEAR always. No
// losetup. Needs root, and nodes /dev/loopN as devtmpfs makes them. One call at a time within the process: two
// disks on one image share its loop, and a look, which opens every loop for a moment and so keeps it, is over
// before the next call asks whether a loop went with its device. Make one per process.
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
  std::mutex opening_{};
};

}  // namespace cowherd
