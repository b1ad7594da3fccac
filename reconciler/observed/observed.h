// SPDX-License-Identifier: Apache-2.0
// One full look at the host: facts about every object, and what else there is that carries our mark.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/block/disk.h"
#include "resources/machine/machine.h"
#include "resources/store/approvals.h"
#include "resources/store/store.h"
#include "resources/store/suspensions.h"

namespace cowherd {

struct Observed {
  Moment at{};
  StoreContents store{};
  std::map<Uid, Fact<DiskState>> disks{};        // of every known sandbox identity
  std::map<Uid, Fact<MachineState>> machines{};  // of every known sandbox identity
  std::map<std::string, Fact<FileStamp>> host_files{};
  std::vector<Approval> approvals{};
  Fact<std::vector<Suspension>> suspensions{};   // Unknown: nothing may be done to anything
  Fact<std::vector<MarkedDevice>> marked_devices{};
  std::vector<Uid> machine_directories{};        // runtime directories, whoever they belong to
  Bytes host_memory{};
  SpaceInfo space{};                             // of the state directory; total 0: could not be told
  Fact<Bytes> trash_allocated{};                 // Absent: nobody asked
  Fact<Disks::Choice> new_disks{};
};

// Things with our mark that nothing explains: reported, never removed.
std::vector<std::string> orphans(const Observed& seen);

}  // namespace cowherd
