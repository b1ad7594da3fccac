// SPDX-License-Identifier: Apache-2.0
// Takes the look. Blocks for the kernel and the disk; VMMs have 300 ms together. A part that cannot be seen becomes
// Unknown; the look itself never fails.
#pragma once

#include <string>
#include <vector>

#include "reconciler/observed/observed.h"
#include "resources/files/bulk.h"

namespace cowherd {

// What looking needs of the host.
struct Eyes {
  Store& store;
  FileSystem& files;
  BulkFiles& bulk;
  Disks& disks;
  Machines& machines;
  Clock& clock;
  Bytes host_memory;
};

// What purging all of trash gives back to the file system. Files that are linked elsewhere, too, stay.
Fact<Bytes> measure_trash(const Eyes& eyes);

Observed observe(const Eyes& eyes, const std::vector<std::string>& host_paths);

}  // namespace cowherd
