// SPDX-License-Identifier: Apache-2.0
// The rootfs.cow file of a dm-snapshot disk: how large it is and how it is made and grown. Files only, no
// devices.
#pragma once

#include "resources/block/disk.h"

namespace cowherd {

std::string cow_path(const DiskPlan& disk);

// The size that cannot overflow, or the cow limit, in whole chunks. Invalid: a size that is no multiple of 4
// KiB, or a limit that leaves no room for a single chunk of data.
Result<Bytes> cow_size(const DiskPlan& disk);

// Publishes an empty store under its name, durable. An existing one is left as it is; its name is made
// durable, in case the run that made it died before that.
Result<Effect> create_cow(FileSystem& files, const DiskPlan& disk);

// Lengthens the store to cow_size(disk), durable. Never shortens. Corrupt when it is no regular file.
Result<Effect> grow_cow(FileSystem& files, const DiskPlan& disk);

}  // namespace cowherd
