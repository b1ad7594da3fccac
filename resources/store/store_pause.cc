// SPDX-License-Identifier: Apache-2.0
// The pause image of a sandbox: staged beside its place and put there by one rename; marked before its guest runs on.
#include <algorithm>

#include "resources/files/publish.h"
#include "resources/memory/generation.h"
#include "resources/store/claim.h"
#include "resources/store/store.h"

namespace cowherd {

namespace {

constexpr Bytes kReasonLimit = 64_KiB;

Result<PauseIdentity> of_sandbox(Result<PauseIdentity> identity, const Uid& uid) {
  if (!identity || identity->uid == uid) return identity;
  return fail(ErrorKind::Corrupt, "it is the memory of sandbox " + identity->uid.str());
}

}  // namespace

Status Store::publish_pause(const SandboxIdentity& sandbox, const KeepMemory& keep) {
  const std::string staged = layout_.sandbox_dir(sandbox.uid) + "/" + std::string(kStagingPrefix) + "memory";
  const auto publish = [&]() -> Status {
    const Claim claim(*this, staged);
    if (!claim.granted()) return fail(ErrorKind::Busy, "write '" + staged + "': it is being written");
    COWHERD_TRY(remove_tree(files_, staged));
    Status kept = keep_pause(sandbox, keep, staged);
    // What a failure leaves, or the image that was replaced: of no use to anybody, and collected by name if it stays.
    const Status cleared = remove_tree(files_, staged);
    if (!kept && !cleared) kept.error() = std::move(kept.error()).and_also(cleared.error());
    return kept;
  };
  return settled(publish()).in("keeping the memory of sandbox '" + sandbox.name.str() + "'");
}

Status Store::keep_pause(const SandboxIdentity& sandbox, const KeepMemory& keep, const std::string& staged) {
  COWHERD_TRY(files_.make_directory(staged));
  COWHERD_ASSIGN(SavedMemory saved, keep(staged));
  const std::string path = staged + "/" + kPauseFile;
  COWHERD_TRY(files_.write(path, print_pause({sandbox.uid, std::move(saved), clock_.now(), ""})));
  COWHERD_TRY(files_.sync(path));
  return replace_directory(files_, staged, layout_.memory_dir(sandbox.uid));
}

Status Store::consume_pause(const Uid& uid) {
  const std::string directory = layout_.memory_dir(uid);
  const std::string mark = directory + "/" + kConsumedMark;
  const auto consume = [&]() -> Status {
    COWHERD_TRY(files_.stat(directory));
    COWHERD_TRY(files_.write(mark, ""));
    COWHERD_TRY(files_.sync(mark));
    return files_.sync(directory);
  };
  return settled(consume()).in("marking '" + directory + "' as consumed");
}

Status Store::refuse_pause(const Uid& uid, const std::string& why) {
  const std::string directory = layout_.memory_dir(uid);
  COWHERD_TRY(files_.stat(directory));
  return settled(publish_file(files_, directory, kRefusedMark, why));
}

Status Store::trash_pause(const SandboxIdentity& sandbox) {
  const std::string directory = layout_.memory_dir(sandbox.uid);
  const auto trash = [&]() -> Status {
    const Result<FileStamp> found = files_.stat(directory);
    if (!found) return found.error().kind == ErrorKind::NotFound ? Status{} : Status{fail(found.error())};
    COWHERD_TRY(move_to_trash(directory, {"memory", sandbox.name.str(), sandbox.uid.short8(), {}}));
    return {};
  };
  return settled(trash()).in("moving the kept memory of sandbox '" + sandbox.name.str() + "' to trash");
}

Status Store::remove_pause(const SandboxIdentity& sandbox) {
  const std::string directory = layout_.memory_dir(sandbox.uid);
  const std::string staged = layout_.sandbox_dir(sandbox.uid) + "/" + std::string(kStagingPrefix) + "memory";
  const auto remove = [&]() -> Status {
    const Claim claim(*this, staged);
    if (!claim.granted()) return fail(ErrorKind::Busy, "remove '" + directory + "': it is being written");
    COWHERD_TRY(remove_tree(files_, staged));
    const Status moved = files_.rename(directory, staged, RenameMode::NoReplace);
    if (!moved) return moved.error().kind == ErrorKind::NotFound ? Status{} : moved;
    COWHERD_TRY(files_.sync(parent_of(directory)));
    return remove_tree(files_, staged);
  };
  return settled(remove()).in("removing the used memory of sandbox '" + sandbox.name.str() + "'");
}

Result<PauseImage> Store::pause(const Uid& uid) {
  const std::string directory = layout_.memory_dir(uid);
  COWHERD_TRY(files_.stat(directory));
  Result<std::string> text = files_.read(directory + "/" + kPauseFile, kIdentityLimit);
  if (!text && (text.error().kind == ErrorKind::NotFound || text.error().kind == ErrorKind::Invalid)) {
    text.error().kind = ErrorKind::Corrupt;
  }
  if (!text) return fail(text.error());
  return pause_of(parse_pause(*text), uid).in("looking at '" + directory + "'");
}

Result<PauseImage> Store::pause_of(Result<PauseIdentity> identity, const Uid& uid) {
  const std::string directory = layout_.memory_dir(uid);
  PauseImage image;
  COWHERD_ASSIGN(image.identity, of_sandbox(std::move(identity), uid));
  COWHERD_ASSIGN(const std::vector<FileEntry> entries, files_.list(directory));
  const auto has = [&](std::string_view name) {
    return std::any_of(entries.begin(), entries.end(), [&](const FileEntry& entry) { return entry.name == name; });
  };
  image.consumed = has(kConsumedMark);
  image.has_flat = has(kFlatFile);
  if (has(kRefusedMark)) {
    COWHERD_ASSIGN(image.refused, files_.read(directory + "/" + kRefusedMark, kReasonLimit));
    if (image.refused.empty()) image.refused = "it was refused";
  }
  for (const FileEntry& entry : entries) {
    if (!is_memory_file(entry.name)) continue;
    COWHERD_ASSIGN(const FileStamp stamp, files_.stat(directory + "/" + entry.name));
    ++image.files;
    image.stored = image.stored + stamp.size;
  }
  return image;
}

void Store::look_at_pause(const SandboxIdentity& sandbox, StoreContents& seen) {
  const std::string directory = layout_.memory_dir(sandbox.uid);
  const Result<FileStamp> there = files_.stat(directory);
  if (!there && there.error().kind == ErrorKind::NotFound) return;
  if (!there) {
    seen.pauses.emplace(sandbox.uid, there.error());
    return;
  }
  Result<PauseImage> image = pause_of(pause_cache_.read(files_, directory + "/" + kPauseFile), sandbox.uid);
  if (image) {
    seen.pauses.emplace(sandbox.uid, *std::move(image));
    return;
  }
  if (!files_.stat(directory)) return;  // it was taken away while we looked
  seen.pauses.emplace(sandbox.uid, std::move(image).error().in("looking at '" + directory + "'"));
}

}  // namespace cowherd
