// SPDX-License-Identifier: Apache-2.0
// The rootfs.cow file of a dm-snapshot disk: how large it is and how it is made, grown and repaired. Files only, no
// devices.
//
// The file has its full size from the start. It is sparse: of 20 GiB, ext4 takes 8 KiB, and the kernel's table of
// exceptions is at most 2 MiB whatever the size (dm-snap.c, calc_max_buckets). One that began small and grew at a
// low-water mark would lose the race against a guest that writes faster than somebody looks, and then stop the guest.
// So it grows only when the limit is raised.
#pragma once

#include "resources/block/disk.h"
#include "resources/block/exception_store.h"
#include "resources/files/file_parts.h"

namespace cowherd {

std::string cow_path(const DiskPlan& disk);

// store_size_for(disk). Invalid: a size that is no multiple of 4 KiB, or a limit that leaves no room for a single chunk of
// data.
Result<Bytes> cow_size(const DiskPlan& disk);

// Publishes an empty store under its name, durable. An existing one is left as it is; its name is made
// durable, in case the run that made it died before that.
Result<Effect> create_cow(FileSystem& files, const DiskPlan& disk);

// Lengthens the store to cow_size(disk), durable. Never shortens. Corrupt when it is no regular file.
Result<Effect> grow_cow(FileSystem& files, const DiskPlan& disk);

// Of the file, past no caches: for a closed store. Corrupt and NotFound as they are.
Result<StoreHeader> read_cow_header(FileParts& parts, const DiskPlan& disk);

// Precondition: no device stands on it. Grows the store as grow_cow does. One whose header says invalid is verified first
// (Corrupt, with the place, when it does not hold together); then a copy of its first chunk stands beside it under a
// staging name, durable, until the header says valid, durable: for people, should the disk fail just then.
Result<Effect> repair_cow(FileSystem& files, FileParts& parts, const DiskPlan& disk);

// Why a store with this header is not for the kernel. Precondition: it is not Valid.
Error refuse_store(const DiskPlan& disk, StoreHeader header);

}  // namespace cowherd
