// SPDX-License-Identifier: Apache-2.0
// One look at the state directory. What cannot be read is Unknown and makes the look incomplete; a sandbox that is
// Unknown might use any template revision.
#include "resources/files/publish.h"
#include "resources/store/check_place.h"
#include "resources/store/claim.h"
#include "resources/store/store.h"
#include "resources/store/trash_name.h"

namespace cowherd {

namespace {

// In the directory of an object, its identity file is never absent: it was published with it.
template <class T>
Fact<T> identity_fact(Result<T> identity) {
  if (identity) return Fact<T>(*std::move(identity));
  Error error = std::move(identity).error();
  if (error.kind == ErrorKind::NotFound || error.kind == ErrorKind::Invalid) {
    error.kind = ErrorKind::Corrupt;
    error = std::move(error).with_hint("move the directory away, or restore its identity file");
  }
  return Fact<T>(std::move(error));
}

std::string kind_of(const TrashName& name) {
  if (name.kind == "revision") return "Template";
  return name.kind == "snapshot" ? "Snapshot" : "Sandbox";
}

Error foreign(const std::string& path) {
  return make_error(ErrorKind::Invalid, "look at '" + path + "': it is no directory of cowherd's",
                    "nothing is collected while it might use a base; move it out of the state directory");
}

}  // namespace

StoreContents Store::look() {
  StoreContents seen;
  if (unsettled_.exchange(false)) {
    if (Status done = settled(settle()); !done) seen.unreadable.push_back(std::move(done).error());
  }
  const std::lock_guard lock(cache_mutex_);
  sandbox_cache_.begin();
  pause_cache_.begin();
  revision_cache_.begin();
  snapshot_cache_.begin();
  look_at_root(seen);
  look_at_templates(seen);
  look_at_sandboxes(seen);
  look_at_snapshots(seen);
  look_at_trash(seen);
  sandbox_cache_.end();
  pause_cache_.end();
  revision_cache_.end();
  snapshot_cache_.end();
  return seen;
}

void Store::note_leftover(const std::string& path, StoreContents& seen) {
  const std::lock_guard lock(claims_mutex_);
  if (!Claim::is_claimed(claims_, path)) seen.leftovers.push_back(path);
}

void Store::note_staging(const std::string& directory, StoreContents& seen) {
  const Result<std::vector<FileEntry>> entries = list_or_empty(directory);
  if (!entries) {
    seen.unreadable.push_back(entries.error());
    return;
  }
  for (const FileEntry& entry : *entries) {
    if (is_staging_name(entry.name)) note_leftover(directory + "/" + entry.name, seen);
  }
}

// approvals/ is left out: people's commands stage there without the lock.
void Store::look_at_root(StoreContents& seen) {
  note_staging(layout_.root(), seen);
  note_staging(layout_.declared(), seen);
}

void Store::look_at_sandboxes(StoreContents& seen) {
  const Result<std::vector<FileEntry>> entries = list_or_empty(layout_.sandboxes());
  if (!entries) {
    seen.unreadable.push_back(entries.error());
    return;
  }
  for (const FileEntry& entry : *entries) {
    const std::string path = layout_.sandboxes() + "/" + entry.name;
    if (is_staging_name(entry.name)) {
      note_leftover(path, seen);
      continue;
    }
    if (entry.type != FileType::Directory) continue;
    const Result<Uid> uid = Uid::make(entry.name);
    if (!uid) {
      seen.unreadable.push_back(foreign(path));
      continue;
    }
    Fact<SandboxIdentity> identity =
        identity_fact(check_place(sandbox_cache_.read(files_, path + "/" + kSandboxFile), *uid));
    // It may have gone to trash while we looked.
    if (identity.unknown() && !files_.stat(path)) continue;
    if (identity.unknown()) seen.unreadable.push_back(identity.why());
    if (identity.known()) look_at_pause(*identity, seen);
    if (identity.known()) {
      if (auto chain = chain_of(identity->driver, path)) seen.sandbox_chains.emplace(*uid, *std::move(chain));
    }
    const Result<FileStamp> quiesced = files_.stat(path + "/" + kQuiescedMark);
    if (quiesced || quiesced.error().kind != ErrorKind::NotFound) seen.quiesced.insert(*uid);
    seen.sandboxes.emplace(*uid, std::move(identity));
    note_staging(path, seen);
  }
}

std::optional<DiskChain> Store::chain_of(DiskDriverKind driver, const std::string& directory) {
  if (driver != DiskDriverKind::Qcow2) return std::nullopt;
  return follow_chain(files_, images_, directory + "/" + kOverlayFile);
}

void Store::look_at_templates(StoreContents& seen) {
  const Result<std::vector<FileEntry>> entries = list_or_empty(layout_.templates());
  if (!entries) {
    seen.unreadable.push_back(entries.error());
    return;
  }
  for (const FileEntry& entry : *entries) {
    if (is_staging_name(entry.name)) note_leftover(layout_.templates() + "/" + entry.name, seen);
    if (entry.type == FileType::Directory && ResourceName::make(entry.name)) look_at_revisions(entry.name, seen);
  }
}

void Store::look_at_revisions(const std::string& template_name, StoreContents& seen) {
  const std::string directory = layout_.template_dir(template_name);
  const Result<std::vector<FileEntry>> entries = list_or_empty(directory);
  if (!entries) {
    seen.unreadable.push_back(entries.error());
    return;
  }
  if (entries->empty()) note_leftover(directory, seen);
  for (const FileEntry& entry : *entries) {
    const std::string path = directory + "/" + entry.name;
    if (is_staging_name(entry.name)) note_leftover(path, seen);
    const Result<Digest> id = Digest::make(entry.name);
    if (entry.type != FileType::Directory || !id) continue;
    Fact<RevisionIdentity> identity =
        identity_fact(check_place(revision_cache_.read(files_, path + "/" + kRevisionFile), template_name, *id));
    if (identity.unknown() && !files_.stat(path)) continue;
    seen.templates[template_name].emplace(*id, std::move(identity));
    if (const Result<FileStamp> image = files_.stat(path + "/" + kRootfsFile)) seen.images[template_name].emplace(*id, image->id);
    note_staging(path, seen);
  }
}

// An identity that is gone or unreadable: the entry is half purged, and devices of it went before it came here.
void Store::describe_trash(const TrashName& name, const std::string& path, TrashEntry& entry) {
  if (kind_of(name) == "Sandbox") {
    const Result<SandboxIdentity> identity = sandbox_cache_.read(files_, path + "/" + kSandboxFile);
    if (identity) entry.uid = identity->uid;
    if (identity && name.kind == "sandbox") entry.base = RevisionRef{identity->template_name, identity->revision};
  }
  if (name.kind == "snapshot") {
    const Result<SnapshotIdentity> identity = snapshot_cache_.read(files_, path + "/" + kSnapshotFile);
    if (identity) entry.base = RevisionRef{identity->template_name, identity->revision};
  }
  if (name.kind == "revision") {
    const Result<RevisionIdentity> identity = revision_cache_.read(files_, path + "/" + kRevisionFile);
    if (identity) entry.base = RevisionRef{identity->template_name.str(), identity->id};
  }
}

void Store::look_at_trash(StoreContents& seen) {
  const Result<std::vector<FileEntry>> entries = list_or_empty(layout_.trash());
  if (!entries) {
    seen.unreadable.push_back(entries.error());
    return;
  }
  for (const FileEntry& found : *entries) {
    const std::string path = layout_.trash() + "/" + found.name;
    if (is_staging_name(found.name)) note_leftover(path, seen);
    const std::optional<TrashName> name = parse_trash_name(found.name);
    if (!name) continue;
    TrashEntry entry{found.name, kind_of(*name) + "/" + name->object, {}, name->since};
    describe_trash(*name, path, entry);
    seen.trash.push_back(std::move(entry));
  }
}

}  // namespace cowherd
