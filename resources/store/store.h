// SPDX-License-Identifier: Apache-2.0
// The state directory: what is in it, and the few ways it changes. Every change is published by stage, sync, rename,
// sync; every removal is a rename into trash/. Interrupted work is recognised by its staging name and collected; work of
// this object that is still going on is not interrupted work. Calls block on the disk; safe from any thread
// (independent objects side by side).
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "resources/block/image_tools.h"
#include "resources/files/bulk.h"
#include "resources/files/clock.h"
#include "resources/files/file_parts.h"
#include "resources/files/file_system.h"
#include "resources/store/identity.h"
#include "resources/store/identity_cache.h"
#include "resources/store/layout.h"
#include "resources/store/links.h"
#include "resources/store/saved_memory.h"
#include "resources/store/seed_cache.h"
#include "resources/store/seed_snapshot.h"
#include "resources/store/snapshot_identity.h"
#include "resources/store/trash_name.h"
#include "resources/vocabulary/fact.h"

namespace cowherd {

struct RevisionRef {
  std::string template_name{};
  Digest id{};
  bool operator==(const RevisionRef&) const = default;
};

struct TrashEntry {
  std::string name{};        // under trash/: "<kind>-<object>-<uid8 or rev8>-<yyyymmddThhmmssZ>"
  std::string object{};      // "Sandbox/web"
  std::optional<Uid> uid{};  // of a sandbox: devices with its mark are still ours
  Moment since{};
  std::optional<RevisionRef> base{};  // the revision it stands on, or is; nothing of what cannot be brought back
  bool operator==(const TrashEntry&) const = default;
};
// Kept from then on without a document, or as its identity says.
enum class UndeleteAs { Retained, AsItWas };

// One look at the state directory. A directory that cannot be read makes its objects Unknown, and the look incomplete.
struct StoreContents {
  std::map<Uid, Fact<SandboxIdentity>> sandboxes{};
  std::map<Uid, Fact<PauseImage>> pauses{};           // of the sandboxes that have a memory/
  std::set<Uid> quiesced{};                           // sandboxes whose guest may hold its file systems for a capture
  std::map<std::string, Fact<SnapshotIdentity>> snapshots{};
  std::map<std::string, SeedSnapshot> seeds{};        // snapshot directories of other software, by name
  std::map<std::string, Fact<SourceFile>> snapshot_disks{};  // of both: the file that holds the disk
  std::map<std::string, std::map<Digest, Fact<RevisionIdentity>>> templates{};  // by template name, by revision id
  std::map<std::string, std::map<Digest, FileId>> images{};  // of the revisions: the file that disks stand on
  std::map<Uid, DiskChain> sandbox_chains{};                 // of the disks that are overlays
  std::map<std::string, DiskChain> snapshot_chains{};
  std::vector<TrashEntry> trash{};
  std::vector<std::string> leftovers{};   // absolute paths: staging names of interrupted work, empty template directories
  std::vector<Error> unreadable{};        // non-empty: the look is incomplete, nothing may be collected
  bool operator==(const StoreContents&) const = default;
};

// What a template revision is built from.
struct ImportRequest {
  ResourceName template_name{};
  TemplateSpec spec{};
  Digest inputs{};
  std::vector<SourceFile> sources{};   // as stamped when the plan was made; Stale when they changed since
};

// How the store reaches files.
struct StoreHost {
  FileSystem& files;
  BulkFiles& bulk;
  ImageTools& images;
  FileParts& parts;
};

// What a part of a snapshot takes: the store of its disk is sparse, everything else is not.
Bytes allocated_by(const StoreContents& store, const SnapshotIdentity& snapshot, const SnapshotPart& part);

class Store {
 public:
  Store(StoreHost host, Clock& clock, Layout layout);

  const Layout& layout() const { return layout_; }

  // Makes the directories of the layout that are missing, and makes durable what a killed run left visible. For writers,
  // once, before the first look.
  Status prepare();
  // Reads identity files only when their stamp changed since the last look.
  StoreContents look();

  // --- templates
  // Builds a revision in a staging directory (copy or convert, digest, compare sha256), then publishes it. Returns its
  // identity; the same content again is the same id, and Unchanged work. Invalid: sha256 differs, or the image is
  // refused. NotFound: a source file is missing. Never touches other revisions. May take minutes.
  Result<RevisionIdentity> import_revision(const ImportRequest& request, const BulkControl& control);
  // Replaces revision.json. NotFound when the directory is gone.
  Status update_revision(const RevisionIdentity& identity);
  // Success when it is absent.
  Status trash_revision(const ResourceName& template_name, const Digest& id);

  // --- sandboxes
  // Publishes sandboxes/<uid>/sandbox.json. Busy when the uid exists.
  Status create_sandbox(const SandboxIdentity& identity);
  // Replaces sandbox.json. NotFound when the directory is gone.
  Status update_sandbox(const SandboxIdentity& identity);
  // The whole directory goes to trash/. Success when it is absent.
  Status trash_sandbox(const SandboxIdentity& identity);
  // The same for a directory whose sandbox.json cannot be read: it is known by its name only.
  Status trash_unreadable_sandbox(const Uid& uid);
  // Only the disk (rootfs.cow or rootfs.qcow2) goes to trash/; the identity stays. Success when it is absent.
  Status trash_disk(const SandboxIdentity& identity);
  // Fresh from the disk. NotFound, Corrupt.
  Result<SandboxIdentity> sandbox(const Uid& uid);
  Result<RevisionIdentity> revision(const std::string& template_name, const Digest& id);

  // Durable: from here on the guest may hold its file systems, until it is told that it need not. Success when it says so.
  Status mark_quiesced(const Uid& uid);
  // Success when it is absent.
  Status clear_quiesced(const Uid& uid);

  // --- pause images
  // Puts the parts of a pause image (kStateFile, memfile.header and what it names) into the empty directory it is given,
  // each synced, and answers what they are.
  using KeepMemory = std::function<Result<SavedMemory>(const std::string& staged)>;
  // Stages, has `keep` fill, writes pause.json, and puts the whole in place of sandboxes/<uid>/memory in one step, durably:
  // the commit point of a pause. After a failure the old image stands as it was. The one it replaced is removed.
  Status publish_pause(const SandboxIdentity& sandbox, const KeepMemory& keep);
  // Durable marks. Success when it is marked already; NotFound when there is no image.
  Status consume_pause(const Uid& uid);
  Status refuse_pause(const Uid& uid, const std::string& why);
  // Success when it is absent.
  Status trash_pause(const SandboxIdentity& sandbox);
  // For good: what is left of an image whose guest ran on is no guest's memory. Success when it is absent.
  Status remove_pause(const SandboxIdentity& sandbox);
  // Fresh from the disk. NotFound, Corrupt.
  Result<PauseImage> pause(const Uid& uid);

  // --- snapshots
  // Puts the parts of a snapshot (the disk's store under its driver's name, and for Full the memory parts as above) into
  // the empty directory it is given, synced, and fills in what only the capture tells: power and memory.
  using Capture = std::function<Status(const std::string& staged, SnapshotIdentity& identity)>;
  // Stages, has `capture` fill, writes rootfs.meta, digests every part, writes snapshot.json, publishes
  // snapshots/<name>. Busy when the name is taken. The guest need not wait for anything after `capture`; the time when it
  // returned is the time of the capture, unless it filled in another.
  Result<SnapshotIdentity> publish_snapshot(SnapshotIdentity identity, const Capture& capture, const BulkControl& control);
  // Replaces snapshot.json. NotFound when the directory is gone; Stale when another capture has the name now.
  Status update_snapshot(const SnapshotIdentity& identity);
  // Success when it is absent, also when another capture has the name now.
  Status trash_snapshot(const SnapshotIdentity& identity);
  // The same for a directory whose snapshot.json cannot be read.
  Status trash_unreadable_snapshot(const ResourceName& name);
  // Fresh from the disk. NotFound, Corrupt.
  Result<SnapshotIdentity> snapshot(const std::string& name);
  // What is wrong with the parts of a snapshot, one line each: missing, another size, another digest, a memory header or
  // a store that does not pass its checks, a base image that is gone. Empty: all is well. Reads everything. Of another
  // software's: what its files tell of themselves. NotFound.
  Result<std::vector<std::string>> verify_snapshot(const std::string& name, const BulkControl& control);

  // --- restore: what a new sandbox takes from a snapshot; the snapshot is only read
  // Gives the sandbox a pause image of the snapshot's memory: hard links of its memory files (and of its flat image when
  // it has one), copies of the rest. Unchanged when the sandbox has an image. Corrupt: the snapshot is not whole. Invalid:
  // it has no memory. Stale: another capture has the name now. Of a Quiesced one the guest holds its file systems, and the
  // sandbox is marked so.
  Result<Effect> restore_memory(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot);
  // Gives the sandbox a disk: a copy of the snapshot's, under its name by rename, durable. Unchanged when it has one.
  // Corrupt and Stale as above. Invalid: the sandbox's driver, template or revision is another one.
  Result<Effect> restore_disk(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot, const BulkControl& control);

  // --- the rest
  // Puts a sandbox, snapshot or revision back in its place by one rename. Success when it stands there. Busy when another
  // one does; NotFound when the entry is gone; Invalid for a part of a sandbox, which has no place of its own.
  Status undelete(const TrashEntry& entry, UndeleteAs how);
  // Removes one trash entry for good, its identity file last. Success when it is absent.
  Status purge(const TrashEntry& entry);
  // Removes what an interrupted call left behind: a path that look() told. Success when it is absent; Busy when a call
  // works in it; Invalid for any other path.
  Status remove_leftover(const std::string& path);

 private:
  class Claim;

  // Remembers that something may stand under a name that is not durable yet; the next look syncs first.
  template <class T>
  Result<T> settled(Result<T> outcome) {
    if (!outcome) unsettled_ = true;
    return outcome;
  }
  Status settle();
  Status sync_names(const std::string& directory);
  Status sync_children(const std::string& directory);

  void look_at_root(StoreContents& seen);
  void look_at_sandboxes(StoreContents& seen);
  void look_at_templates(StoreContents& seen);
  void look_at_revisions(const std::string& template_name, StoreContents& seen);
  void look_at_pause(const SandboxIdentity& sandbox, StoreContents& seen);
  std::optional<DiskChain> chain_of(DiskDriverKind driver, const std::string& directory);
  void look_at_snapshots(StoreContents& seen);
  void look_at_snapshot(const std::string& name, StoreContents& seen);
  void look_at_trash(StoreContents& seen);
  void describe_trash(const TrashName& name, const std::string& path, TrashEntry& entry);
  void note_staging(const std::string& directory, StoreContents& seen);
  void note_leftover(const std::string& path, StoreContents& seen);
  Result<std::vector<FileEntry>> list_or_empty(const std::string& directory);

  Result<RevisionIdentity> import_staged(const ImportRequest& request, const std::string& staged,
                                         const BulkControl& control);
  Status make_staged(const ImportRequest& request, const std::string& staged);
  Status share_equal_content(const RevisionIdentity& built, const std::string& staged);
  Status share(const std::string& existing, const std::string& copy);
  Result<RevisionIdentity> publish_revision(RevisionIdentity built, const std::string& staged);
  Status write_identity(const std::string& directory, const char* file, const std::string& text);

  Status keep_pause(const SandboxIdentity& sandbox, const KeepMemory& keep, const std::string& staged);
  Result<PauseImage> pause_of(Result<PauseIdentity> identity, const Uid& uid);

  Status make_snapshot(SnapshotIdentity& identity, const Capture& capture, const std::string& staged,
                       const BulkControl& control);
  Result<std::vector<SnapshotPart>> digest_parts(const std::string& directory, const BulkControl& control);
  Status check_capture(const SnapshotIdentity& identity);
  Status verify_parts(const SnapshotIdentity& identity, const BulkControl& control, std::vector<std::string>& problems);
  Status verify_memory(const SnapshotIdentity& identity, std::vector<std::string>& problems);
  Status verify_disk(const std::string& name, std::vector<std::string>& problems);
  Result<std::string> whole_part(const SnapshotIdentity& snapshot, const std::string& name);
  Status link_memory(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot, const std::string& staged);
  Status copy_disk(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot, const std::string& staged,
                   const BulkControl& control);
  Status check_base(const SnapshotIdentity& snapshot, const std::string& source, const std::string& copy);

  Status undelete_sandbox(const std::string& path, UndeleteAs how);
  Status undelete_snapshot(const std::string& path, UndeleteAs how);
  Status undelete_revision(const std::string& path, UndeleteAs how);
  Status move_back(const std::string& path, const std::string& target);
  Status trash_directory(const std::string& directory, TrashName name);
  Result<std::string> move_to_trash(const std::string& path, TrashName name);
  Status discard(const SandboxIdentity& identity, const std::string& disk);

  FileSystem& files_;
  BulkFiles& bulk_;
  ImageTools& images_;
  FileParts& parts_;
  Clock& clock_;
  Layout layout_;
  std::atomic<bool> unsettled_{false};
  std::mutex cache_mutex_{};
  IdentityCache<SandboxIdentity> sandbox_cache_{parse_sandbox_identity};
  IdentityCache<PauseIdentity> pause_cache_{parse_pause};
  IdentityCache<RevisionIdentity> revision_cache_{parse_revision_identity};
  IdentityCache<SnapshotIdentity> snapshot_cache_{parse_snapshot_identity};
  SeedCache seeds_{};
  std::mutex claims_mutex_{};
  std::set<std::string> claims_{};  // staging paths that calls of this object are working in
};

}  // namespace cowherd
