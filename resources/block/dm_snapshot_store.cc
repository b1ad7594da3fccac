// SPDX-License-Identifier: Apache-2.0
#include "resources/block/dm_snapshot_store.h"

#include <algorithm>

#include "resources/block/exception_list.h"
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

Bytes store_size_for(const DiskPlan& disk) {
  if (disk.driver == DiskDriverKind::Qcow2) return Bytes{0};
  const Bytes full = store_size_that_cannot_overflow(disk.size);
  return disk.cow_limit ? std::min(full, store_size_within(*disk.cow_limit)) : full;
}

std::string cow_path(const DiskPlan& disk) { return disk.directory + "/" + kCowFile; }

Result<Bytes> cow_size(const DiskPlan& disk) {
  if (disk.size.value == 0 || disk.size.value % kChunk.value != 0 || disk.size > kLargestDisk) {
    return fail(ErrorKind::Invalid, "size the copy-on-write store of a disk of " +
                                        std::to_string(disk.size.value) +
                                        " bytes: a disk is a multiple of 4Ki and at most 1024Ti");
  }
  if (disk.cow_limit && *disk.cow_limit < kSmallestStore) {
    return fail(ErrorKind::Invalid,
                "size the copy-on-write store: a limit of " + print_quantity(*disk.cow_limit) +
                    " leaves no room for data",
                "raise resources.disk.cowLimit to 12Ki or more");
  }
  return store_size_for(disk);
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

Result<StoreHeader> read_cow_header(FileParts& parts, const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<StoreHeader> {
    COWHERD_ASSIGN(const std::unique_ptr<FileReader> store, parts.open(cow_path(disk)));
    COWHERD_ASSIGN(const std::string front, store->read(Bytes{0}, kChunk));
    return read_store_header(front);
  };
  return attempt().in("checking '" + cow_path(disk) + "'");
}

Error refuse_store(const DiskPlan& disk, StoreHeader header) {
  const std::string doing = "use '" + cow_path(disk) + "': ";
  if (header == StoreHeader::Fresh) {
    return make_error(ErrorKind::Corrupt, doing + "its header was zeroed, the kernel would make it an empty disk",
                      "the store is kept as it is; restore a snapshot or discard the disk");
  }
  return make_error(ErrorKind::Corrupt, doing + "the kernel gave it up, as it does when the host file system is full",
                    "the store is kept as it is; free space on the host, then it can be repaired while it is closed");
}

namespace {

Status verify(FileReader& store, const DiskPlan& disk) {
  COWHERD_ASSIGN(const ExceptionList list, list_exceptions(store, disk.size));
  if (list.problem_count == 0) return {};
  return fail(ErrorKind::Corrupt,
              "use '" + cow_path(disk) + "': " + list.problems.front() +
                  (list.problem_count > 1 ? " (and " + std::to_string(list.problem_count - 1) + " more)" : ""),
              "the store is kept as it is; 'cowherd cow verify' tells all, restore a snapshot or discard the disk");
}

// Only the flag is written: four bytes in one sector, which a disk takes whole or not at all.
Status say_valid(FileSystem& files, FileParts& parts, const DiskPlan& disk) {
  COWHERD_ASSIGN(const std::unique_ptr<FilePatcher> patcher, parts.patch(cow_path(disk)));
  COWHERD_TRY(patcher->write(kValidFlagAt, valid_flag()));
  return files.sync(cow_path(disk));
}

Status keep_front(FileSystem& files, FileReader& store, const DiskPlan& disk, const std::string& kept) {
  COWHERD_ASSIGN(const std::string front, store.read(Bytes{0}, kChunk));
  COWHERD_TRY(files.write(kept, front));
  COWHERD_TRY(files.sync(kept));
  return files.sync(disk.directory);
}

}  // namespace

Result<Effect> repair_cow(FileSystem& files, FileParts& parts, const DiskPlan& disk) {
  COWHERD_ASSIGN(const StoreHeader header, read_cow_header(parts, disk));
  if (header == StoreHeader::Fresh) return fail(refuse_store(disk, header));
  if (header == StoreHeader::Valid) return grow_cow(files, disk);
  const std::string kept = disk.directory + "/" + std::string(kStagingPrefix) + kCowFile + ".front";
  COWHERD_ASSIGN(const std::unique_ptr<FileReader> store, parts.open(cow_path(disk)));
  COWHERD_TRY(verify(*store, disk));
  COWHERD_TRY(keep_front(files, *store, disk, kept));
  COWHERD_TRY(grow_cow(files, disk));
  COWHERD_TRY(say_valid(files, parts, disk));
  COWHERD_TRY(files.remove(kept));
  return Effect::Changed;
}

}  // namespace cowherd
