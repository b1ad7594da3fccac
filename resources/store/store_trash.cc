// SPDX-License-Identifier: Apache-2.0
// Into trash/ by rename, out of it for good.
#include "resources/files/publish.h"
#include "resources/store/claim.h"
#include "resources/store/store.h"
#include "resources/store/trash_name.h"

namespace cowherd {

namespace {

constexpr const char* kOneFileSystemHint = "trash/ must be on the same file system as the rest of the state directory";

}  // namespace

// Moves a directory in one step. A name taken within the same second moves on to the next.
Result<std::string> Store::move_to_trash(const std::string& path, TrashName name) {
  name.since = clock_.now();
  constexpr int kMostTries = 60;
  for (int tries = 0; tries < kMostTries; ++tries) {
    const std::string target = layout_.trash() + "/" + print_trash_name(name);
    const Status moved = files_.rename(path, target, RenameMode::NoReplace);
    if (moved) {
      COWHERD_TRY(files_.sync(layout_.trash()));
      COWHERD_TRY(files_.sync(parent_of(path)));
      return target;
    }
    if (moved.error().kind != ErrorKind::Busy) return fail(Error(moved.error()).with_hint(kOneFileSystemHint));
    name.since += std::chrono::seconds{1};
  }
  return fail(ErrorKind::Busy, "move '" + path + "' to trash: every name is taken");
}

Status Store::trash_directory(const std::string& directory, TrashName name) {
  const Result<FileStamp> found = files_.stat(directory);
  if (!found) return found.error().kind == ErrorKind::NotFound ? Status{} : Status{fail(found.error())};
  COWHERD_TRY(move_to_trash(directory, std::move(name)));
  return {};
}

Status Store::trash_sandbox(const SandboxIdentity& identity) {
  const TrashName name{"sandbox", identity.name.str(), identity.uid.short8(), {}};
  return settled(trash_directory(layout_.sandbox_dir(identity.uid), name))
      .in("moving sandbox '" + identity.name.str() + "' to trash");
}

Status Store::trash_unreadable_sandbox(const Uid& uid) {
  return settled(trash_directory(layout_.sandbox_dir(uid), {"sandbox", uid.short12(), uid.short8(), {}}))
      .in("moving sandbox directory " + uid.str() + " to trash");
}

Status Store::trash_unreadable_snapshot(const ResourceName& name) {
  constexpr const char* kNoUid = "00000000";
  return settled(trash_directory(layout_.snapshot_dir(name.str()), {"snapshot", name.str(), kNoUid, {}}))
      .in("moving snapshot '" + name.str() + "' to trash");
}

Status Store::trash_revision(const ResourceName& template_name, const Digest& id) {
  const TrashName name{"revision", template_name.str(), id.short8(), {}};
  return settled(trash_directory(layout_.revision_dir(template_name.str(), id), name))
      .in("moving revision " + id.short12() + " of template '" + template_name.str() + "' to trash");
}

Status Store::trash_disk(const SandboxIdentity& identity) {
  const auto trash = [&]() -> Status {
    for (const char* file : {kCowFile, kOverlayFile}) {
      const std::string disk = layout_.sandbox_dir(identity.uid) + "/" + file;
      const Result<FileStamp> found = files_.stat(disk);
      if (!found && found.error().kind == ErrorKind::NotFound) continue;
      if (!found) return fail(found.error());
      COWHERD_TRY(discard(identity, disk));
    }
    return {};
  };
  return settled(trash()).in("moving the disk of sandbox '" + identity.name.str() + "' to trash");
}

// The entry is published first, with a copy of the identity that says whose it is; then the disk moves in. Dying in
// between leaves the disk where a rerun finds it, and an entry that holds none.
Status Store::discard(const SandboxIdentity& identity, const std::string& disk) {
  const std::string staged = layout_.trash() + "/" + std::string(kStagingPrefix) + identity.uid.str();
  const Claim claim(*this, staged);
  if (!claim.granted()) return fail(ErrorKind::Busy, "move '" + disk + "' to trash: it is being moved");
  COWHERD_TRY(remove_tree(files_, staged));
  COWHERD_TRY(files_.make_directory(staged));
  COWHERD_TRY(files_.write(staged + "/" + kSandboxFile, print_identity(identity)));
  COWHERD_TRY(files_.sync(staged + "/" + kSandboxFile));
  COWHERD_TRY(files_.sync(staged));
  COWHERD_ASSIGN(const std::string entry,
                 move_to_trash(staged, {"disk", identity.name.str(), identity.uid.short8(), {}}));
  COWHERD_TRY(files_.rename(disk, entry + "/" + name_of(disk), RenameMode::NoReplace));
  COWHERD_TRY(files_.sync(entry));
  return files_.sync(parent_of(disk));
}

Status Store::purge(const TrashEntry& entry) {
  const std::string path = layout_.trash() + "/" + entry.name;
  if (!parse_trash_name(entry.name) || entry.name.find('/') != std::string::npos) {
    return fail(ErrorKind::Invalid, "purge '" + path + "': it is no trash entry");
  }
  const auto purge = [&]() -> Status {
    const Result<std::vector<FileEntry>> entries = list_or_empty(path);
    if (!entries) return fail(entries.error());
    // The identity goes last: while anything is left, the entry says whose it was.
    for (const FileEntry& found : *entries) {
      if (found.name != kSandboxFile) COWHERD_TRY(remove_tree(files_, path + "/" + found.name));
    }
    COWHERD_TRY(remove_tree(files_, path));
    return files_.sync(layout_.trash());
  };
  return settled(purge()).in("purging trash entry '" + entry.name + "'");
}

}  // namespace cowherd
