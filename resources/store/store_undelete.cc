// SPDX-License-Identifier: Apache-2.0
// Out of trash/ by rename, to where it came from. The identity is written first, so that what comes back is kept from the
// first look on.
#include <algorithm>

#include "resources/files/publish.h"
#include "resources/store/store.h"
#include "resources/store/trash_name.h"

namespace cowherd {

namespace {

// What was asked back is not taken again by the very policy or time that took it.
constexpr const char* kUndeletedHold = "undeleted";

template <class Identity>
Result<Identity> read_identity(FileSystem& files, const std::string& path, Result<Identity> (*parse)(std::string_view)) {
  COWHERD_ASSIGN(const std::string text, files.read(path, kIdentityLimit));
  return parse(text);
}

}  // namespace

Status Store::undelete(const TrashEntry& entry, UndeleteAs how) {
  const std::optional<TrashName> name = parse_trash_name(entry.name);
  const std::string path = layout_.trash() + "/" + entry.name;
  const auto undelete = [&]() -> Status {
    if (name && name->kind == "sandbox") return undelete_sandbox(path, how);
    if (name && name->kind == "snapshot") return undelete_snapshot(path, how);
    if (name && name->kind == "revision") return undelete_revision(path, how);
    return fail(ErrorKind::Invalid, "it is no sandbox, snapshot or revision");
  };
  return settled(undelete()).in("bringing back '" + entry.name + "' from trash");
}

Status Store::undelete_sandbox(const std::string& path, UndeleteAs how) {
  COWHERD_ASSIGN(SandboxIdentity identity, read_identity(files_, path + "/" + kSandboxFile, parse_sandbox_identity));
  if (how == UndeleteAs::Retained && !identity.retained) {
    identity.retained = true;
    COWHERD_TRY(write_identity(path, kSandboxFile, print_identity(identity)));
  }
  return move_back(path, layout_.sandbox_dir(identity.uid));
}

Status Store::undelete_snapshot(const std::string& path, UndeleteAs how) {
  COWHERD_ASSIGN(SnapshotIdentity identity, read_identity(files_, path + "/" + kSnapshotFile, parse_snapshot_identity));
  std::vector<std::string>& holds = identity.spec.holds;
  const bool is_held = std::find(holds.begin(), holds.end(), kUndeletedHold) != holds.end();
  if (how == UndeleteAs::Retained && (!identity.retained || !is_held)) {
    identity.retained = true;
    if (!is_held) holds.emplace_back(kUndeletedHold);
    COWHERD_TRY(write_identity(path, kSnapshotFile, print_identity(identity)));
  }
  return move_back(path, layout_.snapshot_dir(identity.name.str()));
}

Status Store::undelete_revision(const std::string& path, UndeleteAs how) {
  COWHERD_ASSIGN(RevisionIdentity identity, read_identity(files_, path + "/" + kRevisionFile, parse_revision_identity));
  if (how == UndeleteAs::Retained && !identity.retain) {
    identity.retain = true;
    COWHERD_TRY(write_identity(path, kRevisionFile, print_identity(identity)));
  }
  COWHERD_TRY(files_.make_directory(layout_.template_dir(identity.template_name.str())));
  COWHERD_TRY(files_.sync(layout_.templates()));
  return move_back(path, layout_.revision_dir(identity.template_name.str(), identity.id));
}

Status Store::move_back(const std::string& path, const std::string& target) {
  COWHERD_TRY(files_.rename(path, target, RenameMode::NoReplace));
  COWHERD_TRY(files_.sync(parent_of(target)));
  return files_.sync(layout_.trash());
}

}  // namespace cowherd
