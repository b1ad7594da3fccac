// SPDX-License-Identifier: Apache-2.0
#include "resources/store/snapshot_disk.h"

#include "resources/block/flatten.h"
#include "resources/files/publish.h"
#include "resources/store/check_place.h"

namespace cowherd {

namespace {

Result<SnapshotDisk> disk_of_seed(FileSystem& files, const std::string& directory) {
  COWHERD_ASSIGN(const SeedSnapshot seed, look_at_seed(files, directory));
  switch (seed.disk) {
    case SeedSnapshot::Disk::Flat:
      return SnapshotDisk{SnapshotDisk::Form::Flat, directory + "/" + kRootfsFile, seed.stamp, "", std::nullopt};
    case SeedSnapshot::Disk::Store:
      return SnapshotDisk{SnapshotDisk::Form::Store, directory + "/" + kCowFile, seed.stamp, seed.base_image, std::nullopt};
    case SeedSnapshot::Disk::None: break;
  }
  return fail(ErrorKind::Invalid, "snapshot '" + name_of(directory) + "' has no disk: " +
                                      (seed.missing.empty() ? "there is none" : seed.missing.front()));
}

Status write_flat(StoreHost host, const SnapshotDisk& disk, const std::string& staged, const BulkControl& control) {
  if (disk.form == SnapshotDisk::Form::Overlay) {
    COWHERD_TRY(host.images.flatten_overlay(disk.base_image, disk.path, staged, control));
  } else {
    COWHERD_TRY(host.bulk.copy(disk.path, staged, control));
  }
  return host.files.sync(staged);
}

}  // namespace

Result<SnapshotDisk> find_snapshot_disk(FileSystem& files, const Layout& layout, const std::string& name) {
  const std::string directory = layout.snapshot_dir(name);
  COWHERD_TRY(files.stat(directory));
  const std::string record = directory + "/" + kSnapshotFile;
  const Result<std::string> text = files.read(record, kIdentityLimit);
  if (!text && text.error().kind == ErrorKind::NotFound) return disk_of_seed(files, directory);
  if (!text) return fail(text.error());
  COWHERD_ASSIGN(const SnapshotIdentity identity, check_place(parse_snapshot_identity(*text), name).in("reading '" + record + "'"));
  const bool is_store = identity.driver == DiskDriverKind::DmSnapshot;
  SnapshotDisk disk;
  disk.form = is_store ? SnapshotDisk::Form::Store : SnapshotDisk::Form::Overlay;
  disk.path = directory + "/" + store_file_of(identity.driver);
  disk.base_image = layout.revision_dir(identity.template_name, identity.revision) + "/" + kRootfsFile;
  disk.size = identity.disk_size;
  COWHERD_ASSIGN(disk.stamp, files.stat(disk.path));
  return disk;
}

Status make_flat(StoreHost host, const SnapshotDisk& disk, const std::string& output, const BulkControl& control,
                 RenameMode publish) {
  if (disk.form == SnapshotDisk::Form::Store) {
    const FlattenPlan plan{disk.base_image, disk.path, output, disk.size, InvalidStore::Refuse, publish};
    COWHERD_TRY(flatten({host.files, host.bulk, host.parts}, plan, control));
    return {};
  }
  if (publish == RenameMode::NoReplace) {
    const Result<FileStamp> taken = host.files.stat(output);
    if (taken) return fail(ErrorKind::Busy, "make '" + output + "': it exists");
    if (taken.error().kind != ErrorKind::NotFound) return fail(taken.error());
  }
  const std::string staged = parent_of(output) + "/" + std::string(kStagingPrefix) + name_of(output);
  Status made = write_flat(host, disk, staged, control);
  if (!made && made.error().kind == ErrorKind::Busy) return made;  // what is staged there is not ours
  if (made) made = host.files.rename(staged, output, publish);
  if (made) return host.files.sync(parent_of(output));
  const Status cleared = host.files.remove(staged);
  if (!cleared && cleared.error().kind != ErrorKind::NotFound) made.error() = std::move(made.error()).and_also(cleared.error());
  return made;
}

}  // namespace cowherd
