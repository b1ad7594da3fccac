// SPDX-License-Identifier: Apache-2.0
// What a new sandbox takes from a snapshot: a disk and a pause image of its own. The snapshot is only read.
#include <algorithm>

#include "resources/files/publish.h"
#include "resources/store/claim.h"
#include "resources/store/share_memory.h"
#include "resources/store/store.h"

namespace cowherd {

namespace {

Error not_whole(const SnapshotIdentity& snapshot, const std::string& why) {
  return make_error(ErrorKind::Corrupt, "snapshot '" + snapshot.name.str() + "' is not whole: " + why,
                    "'cowherd verify snapshot " + snapshot.name.str() + "' tells all that is wrong with it");
}

// Precondition: the snapshot has a memory.
Result<Generation> load_memory(FileSystem& files, const std::string& directory, const SnapshotIdentity& snapshot) {
  Result<Generation> generation = load_generation(files, directory);
  const bool is_wrong = !generation && (generation.error().kind == ErrorKind::NotFound ||
                                        generation.error().kind == ErrorKind::Corrupt);
  if (is_wrong) return fail(not_whole(snapshot, generation.error().message));
  if (!generation) return generation;
  if (generation->header.build.str() == snapshot.memory->build && generation->header.size == snapshot.memory->memory) {
    return generation;
  }
  return fail(not_whole(snapshot, "its memory is another one than its record says"));
}

}  // namespace

// The file of a part, of the length it had when the snapshot was published.
Result<std::string> Store::whole_part(const SnapshotIdentity& snapshot, const std::string& name) {
  const auto part = std::find_if(snapshot.parts.begin(), snapshot.parts.end(),
                                 [&](const SnapshotPart& each) { return each.name == name; });
  if (part == snapshot.parts.end()) return fail(not_whole(snapshot, "it has no " + name));
  const std::string path = layout_.snapshot_dir(snapshot.name.str()) + "/" + name;
  const Result<FileStamp> stamp = files_.stat(path);
  if (!stamp && stamp.error().kind == ErrorKind::NotFound) return fail(not_whole(snapshot, name + " is missing"));
  if (!stamp) return fail(stamp.error());
  if (stamp->type == FileType::Regular && stamp->size == part->size) return path;
  return fail(not_whole(snapshot, name + " has " + std::to_string(stamp->size.value) + " bytes, it had " +
                                      std::to_string(part->size.value)));
}

// --- memory

Result<Effect> Store::restore_memory(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot) {
  const std::string target = layout_.memory_dir(sandbox.uid);
  const std::string staged = layout_.sandbox_dir(sandbox.uid) + "/" + std::string(kStagingPrefix) + "memory";
  const auto restore = [&]() -> Result<Effect> {
    const Claim claim(*this, staged);
    if (!claim.granted()) return fail(ErrorKind::Busy, "write '" + staged + "': it is being written");
    const Result<FileStamp> present = files_.stat(target);
    if (present) return Effect::Unchanged;
    if (present.error().kind != ErrorKind::NotFound) return fail(present.error());
    COWHERD_TRY(remove_tree(files_, staged));
    Status made = link_memory(sandbox, snapshot, staged);
    if (made && snapshot.spec.consistency == Consistency::Quiesced) made = mark_quiesced(sandbox.uid);
    if (made) made = publish_directory(files_, staged, target);
    if (made) return Effect::Changed;
    const Status cleared = remove_tree(files_, staged);
    if (!cleared) made.error() = std::move(made.error()).and_also(cleared.error());
    return fail(std::move(made).error());
  };
  return settled(restore()).in("giving sandbox '" + sandbox.name.str() + "' the memory of snapshot '" +
                               snapshot.name.str() + "'");
}

Status Store::link_memory(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot, const std::string& staged) {
  COWHERD_TRY(check_capture(snapshot));
  if (!snapshot.memory) return fail(ErrorKind::Invalid, "it was taken of the disk alone");
  COWHERD_TRY(whole_part(snapshot, std::string(kHeaderName)));
  const std::string directory = layout_.snapshot_dir(snapshot.name.str());
  COWHERD_ASSIGN(const Generation generation, load_memory(files_, directory, snapshot));
  for (const auto& [build, memory] : generation.files) COWHERD_TRY(whole_part(snapshot, name_of(memory.path)));
  COWHERD_TRY(whole_part(snapshot, kStateFile));
  COWHERD_TRY(files_.make_directory(staged));
  COWHERD_TRY(share_memory(files_, bulk_, generation, staged));
  const PauseIdentity pause{sandbox.uid, *snapshot.memory, clock_.now(), snapshot.name.str()};
  COWHERD_TRY(files_.write(staged + "/" + kPauseFile, print_pause(pause)));
  return files_.sync(staged + "/" + kPauseFile);
}

// --- the disk

Result<Effect> Store::restore_disk(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot,
                                   const BulkControl& control) {
  const char* file = store_file_of(snapshot.driver);
  const std::string directory = layout_.sandbox_dir(sandbox.uid);
  const std::string target = directory + "/" + file;
  const std::string staged = directory + "/" + std::string(kStagingPrefix) + file;
  const auto restore = [&]() -> Result<Effect> {
    const Claim claim(*this, staged);
    if (!claim.granted()) return fail(ErrorKind::Busy, "write '" + staged + "': it is being written");
    const Result<FileStamp> present = files_.stat(target);
    if (present) return Effect::Unchanged;
    if (present.error().kind != ErrorKind::NotFound) return fail(present.error());
    COWHERD_TRY(remove_tree(files_, staged));
    Status made = copy_disk(sandbox, snapshot, staged, control);
    if (made) made = files_.rename(staged, target, RenameMode::NoReplace);
    if (made) made = files_.sync(directory);
    if (made) return Effect::Changed;
    const Status cleared = remove_tree(files_, staged);
    if (!cleared) made.error() = std::move(made.error()).and_also(cleared.error());
    return fail(std::move(made).error());
  };
  return settled(restore()).in("giving sandbox '" + sandbox.name.str() + "' the disk of snapshot '" +
                               snapshot.name.str() + "'");
}

Status Store::copy_disk(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot, const std::string& staged,
                        const BulkControl& control) {
  COWHERD_TRY(check_capture(snapshot));
  if (sandbox.driver != snapshot.driver || sandbox.template_name != snapshot.template_name ||
      sandbox.revision != snapshot.revision) {
    return fail(ErrorKind::Invalid, "the sandbox has another disk driver or stands on another base");
  }
  COWHERD_ASSIGN(const std::string source, whole_part(snapshot, store_file_of(snapshot.driver)));
  if (snapshot.driver == DiskDriverKind::Qcow2) COWHERD_TRY(check_base(snapshot, source, staged));
  COWHERD_TRY(bulk_.copy(source, staged, control));
  return files_.sync(staged);
}

// An overlay names its base relatively: from its new place it must be the same one.
Status Store::check_base(const SnapshotIdentity& snapshot, const std::string& source, const std::string& copy) {
  const std::string base = layout_.revision_dir(snapshot.template_name, snapshot.revision) + "/" + kRootfsFile;
  COWHERD_ASSIGN(const OverlayInfo overlay, images_.inspect_overlay(source));
  for (const std::string& place : {source, copy}) {
    const std::string found = backing_path(overlay.backing_file, place);
    if (found != base) return fail(not_whole(snapshot, std::string(kOverlayFile) + " stands on '" + found + "', not on '" + base + "'"));
  }
  return {};
}

}  // namespace cowherd
