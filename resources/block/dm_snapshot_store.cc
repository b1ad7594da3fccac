// SPDX-License-Identifier: Apache-2.0
#include "resources/block/dm_snapshot_store.h"

#include <algorithm>

#include "resources/block/dm_snapshot_disk.h"
#include "resources/block/exception_store.h"
#include "resources/files/publish.h"

namespace cowherd {

namespace {

// The loop driver and the page cache count in signed 64 bits; far below that nothing overflows.
constexpr Bytes kLargestDisk{1ull << 50};

Status write_staged(FileSystem& files, const std::string& staged, Bytes size) {
  COWHERD_TRY(files.write(staged, empty_store_front()));
  COWHERD_TRY(files.resize(staged, size));
  return files.sync(staged);
}

}  // namespace

std::string cow_path(const DiskPlan& disk) { return disk.directory + "/" + kCowFile; }

Result<Bytes> cow_size(const DiskPlan& disk) {
  if (disk.size.value == 0 || disk.size.value % kChunk.value != 0 || disk.size > kLargestDisk) {
    return fail(ErrorKind::Invalid, "size the copy-on-write store of a disk of " +
                                        std::to_string(disk.size.value) +
                                        " bytes: a disk is a multiple of 4Ki and at most 1024Ti");
  }
  const Bytes full = store_size_that_cannot_overflow(disk.size);
  if (!disk.cow_limit) return full;
  const Bytes limit{disk.cow_limit->value / kChunk.value * kChunk.value};
  if (limit < kSmallestStore) {
    return fail(ErrorKind::Invalid,
                "size the copy-on-write store: a limit of " + print_quantity(*disk.cow_limit) +
                    " leaves no room for data",
                "raise resources.disk.cowLimit to 12Ki or more");
  }
  return std::min(full, limit);
}

Result<Effect> create_cow(FileSystem& files, const DiskPlan& disk) {
  const std::string target = cow_path(disk);
  COWHERD_ASSIGN(const Bytes size, cow_size(disk));
  const auto found = files.stat(target);
  if (found) {
    COWHERD_TRY(files.sync(disk.directory));
    return Effect::Unchanged;
  }
  if (found.error().kind != ErrorKind::NotFound) return fail(found.error());
  const std::string staged = disk.directory + "/" + std::string(kStagingPrefix) + kCowFile;
  if (Status written = write_staged(files, staged, size); !written) {
    Error error = std::move(written).error();
    if (Status removed = files.remove(staged); !removed && removed.error().kind != ErrorKind::NotFound) {
      error = std::move(error).and_also(removed.error());
    }
    return fail(std::move(error));
  }
  COWHERD_TRY(files.rename(staged, target, RenameMode::NoReplace));
  COWHERD_TRY(files.sync(disk.directory));
  return Effect::Changed;
}

Result<Effect> grow_cow(FileSystem& files, const DiskPlan& disk) {
  const std::string path = cow_path(disk);
  COWHERD_ASSIGN(const Bytes size, cow_size(disk));
  COWHERD_ASSIGN(const FileStamp store, files.stat(path));
  if (store.type != FileType::Regular)
    return fail(ErrorKind::Corrupt, "open '" + path + "': it is no regular file");
  if (store.size < size) COWHERD_TRY(files.resize(path, size));
  COWHERD_TRY(files.sync(path));
  return store.size < size ? Effect::Changed : Effect::Unchanged;
}

}  // namespace cowherd
