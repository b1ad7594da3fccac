// SPDX-License-Identifier: Apache-2.0
// Snapshots: staged, published by one rename, never changed but for the record of what was declared last.
#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/store/check_place.h"
#include "resources/store/claim.h"
#include "resources/store/phases.h"
#include "resources/store/store.h"
#include "resources/store/trash_name.h"

namespace cowherd {

namespace {

// As other software that keeps its snapshots in this layout writes it.
std::string print_meta(const std::string& base_image) {
  return print_json(Value::Map{{"base_template", base_image}}, JsonStyle::Pretty);
}

}  // namespace

Bytes allocated_by(const StoreContents& store, const SnapshotIdentity& snapshot, const SnapshotPart& part) {
  if (part.name != kCowFile && part.name != kOverlayFile) return part.size;
  const auto disk = store.snapshot_disks.find(snapshot.name.str());
  const bool is_seen = disk != store.snapshot_disks.end() && disk->second.known();
  return is_seen ? disk->second->stamp.allocated : part.size;
}

// --- capture

Result<SnapshotIdentity> Store::publish_snapshot(SnapshotIdentity identity, const Capture& capture,
                                                 const BulkControl& control) {
  const std::string name = identity.name.str();
  const std::string target = layout_.snapshot_dir(name);
  const std::string staged = layout_.snapshots() + "/" + std::string(kStagingPrefix) + name;
  const auto publish = [&]() -> Status {
    const Claim claim(*this, staged);
    const Result<FileStamp> taken = files_.stat(target);
    if (!taken && taken.error().kind != ErrorKind::NotFound) return fail(taken.error());
    if (taken || !claim.granted()) {
      return fail(ErrorKind::Busy, "create '" + target + "': it exists or is being made");
    }
    COWHERD_TRY(remove_tree(files_, staged));
    Status made = make_snapshot(identity, capture, staged, control);
    if (made) return made;
    // What a failure leaves is of no use to anybody, and collected by name if it stays.
    const Status cleared = remove_tree(files_, staged);
    if (!cleared) made.error() = std::move(made.error()).and_also(cleared.error());
    return made;
  };
  COWHERD_TRY(settled(publish()).in("keeping snapshot '" + name + "'"));
  return identity;
}

Status Store::make_snapshot(SnapshotIdentity& identity, const Capture& capture, const std::string& staged,
                            const BulkControl& control) {
  COWHERD_TRY(files_.make_directory(staged));
  COWHERD_TRY(capture(staged, identity));
  if (identity.captured == Moment{}) identity.captured = clock_.now();
  const std::string disk = staged + "/" + store_file_of(identity.driver);
  COWHERD_TRY(files_.stat(disk).in("looking for the captured disk"));
  if (identity.driver == DiskDriverKind::DmSnapshot) {
    const std::string base = layout_.revision_dir(identity.template_name, identity.revision) + "/" + kRootfsFile;
    COWHERD_TRY(files_.write(staged + "/" + kMetaFile, print_meta(base)));
    COWHERD_TRY(files_.sync(staged + "/" + kMetaFile));
  }
  COWHERD_ASSIGN(identity.parts, digest_parts(staged, control));
  COWHERD_TRY(files_.write(staged + "/" + kSnapshotFile, print_identity(identity)));
  COWHERD_TRY(files_.sync(staged + "/" + kSnapshotFile));
  return publish_directory(files_, staged, layout_.snapshot_dir(identity.name.str()));
}

Result<std::vector<SnapshotPart>> Store::digest_parts(const std::string& directory, const BulkControl& control) {
  COWHERD_ASSIGN(const std::vector<FileEntry> entries, files_.list(directory));
  std::vector<SnapshotPart> parts;
  Bytes total;
  for (const FileEntry& entry : entries) {
    if (entry.name == kFlatFile) continue;  // a cache, which may come and go
    if (entry.type != FileType::Regular) {
      return fail(ErrorKind::Failed, "'" + directory + "/" + entry.name + "' is no file, and a snapshot holds nothing else");
    }
    COWHERD_ASSIGN(const FileStamp stamp, files_.stat(directory + "/" + entry.name));
    parts.push_back({entry.name, stamp.size, {}});
    total = total + stamp.size;
  }
  Phases phases(control, total);
  for (SnapshotPart& part : parts) {
    COWHERD_ASSIGN(part.sha256, bulk_.digest(directory + "/" + part.name, phases.next(part.size)));
  }
  return parts;
}

// --- the record

Result<SnapshotIdentity> Store::snapshot(const std::string& name) {
  COWHERD_TRY(files_.stat(layout_.snapshot_dir(name)));
  const std::string path = layout_.snapshot_dir(name) + "/" + kSnapshotFile;
  Result<std::string> text = files_.read(path, kIdentityLimit);
  if (!text && (text.error().kind == ErrorKind::NotFound || text.error().kind == ErrorKind::Invalid)) {
    text.error().kind = ErrorKind::Corrupt;
  }
  if (!text) return fail(text.error());
  return check_place(parse_snapshot_identity(*text), name).in("reading '" + path + "'");
}

// Stale: what stands under the name now is another capture.
Status Store::check_capture(const SnapshotIdentity& identity) {
  COWHERD_ASSIGN(const SnapshotIdentity present, snapshot(identity.name.str()));
  if (present.uid == identity.uid) return {};
  return fail(ErrorKind::Stale, "look for snapshot '" + identity.name.str() + "' of uid " + identity.uid.short12() +
                                    ": the one there has uid " + present.uid.short12());
}

Status Store::update_snapshot(const SnapshotIdentity& identity) {
  const std::string name = identity.name.str();
  const auto update = [&]() -> Status {
    COWHERD_TRY(check_capture(identity));
    return write_identity(layout_.snapshot_dir(name), kSnapshotFile, print_identity(identity));
  };
  return settled(update()).in("recording snapshot '" + name + "'");
}

Status Store::trash_snapshot(const SnapshotIdentity& identity) {
  const std::string name = identity.name.str();
  const auto trash = [&]() -> Status {
    const Status present = check_capture(identity);
    const bool is_gone = !present && (present.error().kind == ErrorKind::NotFound || present.error().kind == ErrorKind::Stale);
    if (is_gone) return {};
    if (!present) return present;
    COWHERD_TRY(move_to_trash(layout_.snapshot_dir(name), {"snapshot", name, identity.uid.short8(), {}}));
    return {};
  };
  return settled(trash()).in("moving snapshot '" + name + "' to trash");
}

// --- looking

void Store::look_at_snapshots(StoreContents& seen) {
  const Result<std::vector<FileEntry>> entries = list_or_empty(layout_.snapshots());
  if (!entries) {
    seen.unreadable.push_back(entries.error());
    return;
  }
  seeds_.begin();
  for (const FileEntry& entry : *entries) {
    const std::string path = layout_.snapshots() + "/" + entry.name;
    if (is_staging_name(entry.name)) {
      note_leftover(path, seen);
    } else if (entry.type == FileType::Directory) {
      look_at_snapshot(entry.name, seen);
    }
  }
  seeds_.end();
}

// Without a snapshot.json it is another software's, whatever it holds: cowherd's own get theirs before their name.
void Store::look_at_snapshot(const std::string& name, StoreContents& seen) {
  const std::string path = layout_.snapshot_dir(name);
  const Result<SnapshotIdentity> read = snapshot_cache_.read(files_, path + "/" + kSnapshotFile);
  const bool has_record = read || read.error().kind != ErrorKind::NotFound;
  if (!has_record) {
    Result<SeedSnapshot> seed = seeds_.read(files_, path);
    if (seed) {
      if (seed->disk == SeedSnapshot::Disk::Flat) seen.snapshot_disks.emplace(name, SourceFile{path + "/" + kRootfsFile, seed->stamp});
      if (seed->disk == SeedSnapshot::Disk::Store) seen.snapshot_disks.emplace(name, SourceFile{path + "/" + kCowFile, seed->stamp});
      seen.seeds.emplace(name, *std::move(seed));
    } else if (files_.stat(path)) {
      seen.seeds.emplace(name, SeedSnapshot{.unreadable = std::move(seed).error()});
    }
    return;
  }
  Result<SnapshotIdentity> identity = check_place(read, name);
  if (!identity && !files_.stat(path)) return;  // it went to trash while we looked
  if (!identity) {
    Error error = std::move(identity).error();
    if (error.kind == ErrorKind::Invalid) error.kind = ErrorKind::Corrupt;
    seen.unreadable.push_back(error);
    seen.snapshots.emplace(name, std::move(error));
    return;
  }
  const std::string disk = path + "/" + store_file_of(identity->driver);
  const Result<FileStamp> stamp = files_.stat(disk);
  seen.snapshot_disks.emplace(name, Fact<SourceFile>::from(stamp ? Result<SourceFile>({disk, *stamp}) : fail(stamp.error())));
  if (auto chain = chain_of(identity->driver, path)) seen.snapshot_chains.emplace(name, *std::move(chain));
  seen.snapshots.emplace(name, *std::move(identity));
  note_staging(path, seen);
}

}  // namespace cowherd
