// SPDX-License-Identifier: Apache-2.0
// What an action may touch. References only: who made them outlives every action.
#pragma once

#include "resources/block/disk.h"
#include "resources/files/bulk.h"
#include "resources/machine/machine.h"
#include "resources/memory/image_files.h"
#include "resources/store/store.h"

namespace cowherd {

struct Host {
  Store& store;
  FileSystem& files;
  BulkFiles& bulk;
  ImageFiles& memory_files;
  Disks& disks;
  Machines& machines;
  Clock& clock;
};

}  // namespace cowherd
