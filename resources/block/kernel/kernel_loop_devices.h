// SPDX-License-Identifier: Apache-2.0
// Loop devices by ioctl (loop(4)): LOOP_CTL_GET_FREE and LOOP_CONFIGURE (Linux 5.8), AUTOCLEAR always. No
// losetup. Needs root, and nodes /dev/loopN as devtmpfs makes them. One call at a time within the process: two
// disks on one image share its loop, and a look, which opens every loop for a moment and so keeps it, is over
// before the next call asks whether a loop went with its device. Make one per process.
//
// Attaching does not ask every loop of the host where that can be told otherwise: a file that nobody has open (a lease,
// fcntl(2) F_SETLEASE) has no loop, and an image's loop is remembered.
#pragma once

#include <map>
#include <mutex>

#include "resources/block/loop_devices.h"

namespace cowherd {

class KernelLoopDevices final : public LoopDevices {
 public:
  Result<std::vector<LoopDevice>> list() override;
  Result<std::unique_ptr<LoopHandle>> attach(const std::string& file, LoopAccess access) override;
  Status refresh_size(DeviceNumber device) override;

 private:
  Result<std::unique_ptr<LoopHandle>> attach_locked(const std::string& file, LoopAccess access);

  std::mutex opening_{};
  std::map<FileId, int> images_{};  // number of the read-only loop a file had last (its minor, unless loops
                                    // have partitions: then it is not found again); asked before it is used
};

}  // namespace cowherd
