// SPDX-License-Identifier: Apache-2.0
// libdevmapper with owners and errors: a task frees itself, what the library would print goes into the Error,
// and a change of nodes waits for udev where udevd runs. Call from one thread only (dm_thread.h). The only
// header of the library's types is libdevmapper.h (1.02.185).
#pragma once

#include <libdevmapper.h>

#include <memory>
#include <string>
#include <vector>

#include "resources/block/device_mapper.h"

namespace cowherd {

enum class DmDuty {
  Look,         // changes no node
  ChangeNodes,  // REMOVE, RESUME: udev or the library makes and removes nodes
};

class DmTask {
 public:
  // type: DM_DEVICE_… of libdevmapper.h. NotFound when the kernel has no device-mapper, Denied when we may
  // not use it.
  static Result<DmTask> make(int type, std::string doing);

  Status set_name(const std::string& name);
  Status set_uuid(const std::string& uuid);
  Status set_device(DeviceNumber device);
  Status add_target(const DmTarget& target);
  Status no_flush();

  // One ioctl. ENXIO is NotFound, EBUSY is Busy.
  Status run(DmDuty duty);

  // After run(). NotFound when the device does not exist.
  Result<dm_info> info();
  // The targets that a TABLE or STATUS task got.
  struct Line {
    Sectors start{};
    Sectors length{};
    std::string type{};
    std::string params{};
  };
  std::vector<Line> lines();
  dm_task* get() const { return task_.get(); }
  Error error(std::string_view why = {}) const;

 private:
  struct Destroy {
    void operator()(dm_task* task) const { dm_task_destroy(task); }
  };
  DmTask(dm_task* task, std::string doing) : task_(task), doing_(std::move(doing)) {}
  Status check(int success, const char* step);

  std::unique_ptr<dm_task, Destroy> task_;
  std::string doing_;
};

}  // namespace cowherd
