// SPDX-License-Identifier: Apache-2.0
// What is wrong with the files of a snapshot. Only reads.
#include "resources/block/exception_list.h"
#include "resources/memory/generation.h"
#include "resources/store/phases.h"
#include "resources/store/snapshot_disk.h"

namespace cowherd {

namespace {

using Problems = std::vector<std::string>;

// A finding about the snapshot becomes a line; what keeps us from looking stays an error.
bool is_finding(const Error& error) {
  return error.kind == ErrorKind::NotFound || error.kind == ErrorKind::Corrupt || error.kind == ErrorKind::Invalid;
}

Status note(const Error& error, const std::string& about, Problems& problems) {
  if (!is_finding(error)) return fail(error);
  problems.push_back(about + ": " + error.message);
  return {};
}

Status check_store(FileParts& parts, const SnapshotDisk& disk, Problems& problems) {
  const Result<std::unique_ptr<FileReader>> file = parts.open(disk.path);
  if (!file) return note(file.error(), kCowFile, problems);
  const Result<ExceptionList> list = list_exceptions(**file, disk.size);
  if (!list) return note(list.error(), kCowFile, problems);
  const std::string cow = std::string(kCowFile) + ": ";
  if (!list->valid) {
    problems.push_back(cow + "the kernel gave it up: the write that did not fit and later ones are missing");
  }
  for (const std::string& problem : list->problems) problems.push_back(cow + problem);
  if (list->problem_count > list->problems.size()) {
    problems.push_back(cow + "and " + std::to_string(list->problem_count - list->problems.size()) + " more");
  }
  return {};
}

Status check_overlay(ImageTools& images, const SnapshotDisk& disk, Problems& problems) {
  const Result<OverlayInfo> overlay = images.inspect_overlay(disk.path);
  if (!overlay) return note(overlay.error(), kOverlayFile, problems);
  const std::string qcow2 = std::string(kOverlayFile) + ": ";
  const std::string found = backing_path(overlay->backing_file, disk.path);
  if (found != disk.base_image) {
    problems.push_back(qcow2 + "it stands on '" + found + "', not on '" + disk.base_image + "'");
  }
  if (overlay->marked_corrupt) problems.push_back(qcow2 + "QEMU marked it as corrupt");
  if (disk.size && overlay->virtual_size != *disk.size) {
    problems.push_back(qcow2 + "its disk has " + std::to_string(overlay->virtual_size.value) +
                       " bytes, the record says " + std::to_string(disk.size->value));
  }
  return {};
}

}  // namespace

Result<Problems> Store::verify_snapshot(const std::string& name, const BulkControl& control) {
  const std::string directory = layout_.snapshot_dir(name);
  COWHERD_TRY(files_.stat(directory));
  Problems problems;
  const Result<FileStamp> record = files_.stat(directory + "/" + kSnapshotFile);
  if (!record && record.error().kind != ErrorKind::NotFound) return fail(record.error());
  if (record) {
    const Result<SnapshotIdentity> identity = snapshot(name);
    if (!identity) {
      COWHERD_TRY(note(identity.error(), kSnapshotFile, problems));
      return problems;  // nothing says what the rest should be
    }
    COWHERD_TRY(verify_parts(*identity, control, problems));
    COWHERD_TRY(verify_memory(*identity, problems));
  } else {
    COWHERD_ASSIGN(const SeedSnapshot seed, look_at_seed(files_, directory));
    problems = seed.missing;
  }
  COWHERD_TRY(verify_disk(name, problems));
  return problems;
}

Status Store::verify_parts(const SnapshotIdentity& identity, const BulkControl& control, Problems& problems) {
  const std::string directory = layout_.snapshot_dir(identity.name.str());
  Bytes total;
  for (const SnapshotPart& part : identity.parts) total = total + part.size;
  Phases phases(control, total);
  for (const SnapshotPart& part : identity.parts) {
    const BulkControl phase = phases.next(part.size);
    const std::string path = directory + "/" + part.name;
    const Result<FileStamp> stamp = files_.stat(path);
    const bool is_missing = !stamp && stamp.error().kind == ErrorKind::NotFound;
    if (!stamp && !is_missing) return fail(stamp.error());
    if (is_missing) {
      problems.push_back(part.name + " is missing");
    } else if (stamp->type != FileType::Regular) {
      problems.push_back(part.name + " is not a regular file");
    } else if (stamp->size != part.size) {
      problems.push_back(part.name + " has " + std::to_string(stamp->size.value) + " bytes, it had " + std::to_string(part.size.value));
    } else {
      COWHERD_ASSIGN(const Digest digest, bulk_.digest(path, phase));
      if (digest != part.sha256) problems.push_back(part.name + " has sha256 " + digest.str() + ", it had " + part.sha256.str());
    }
  }
  return {};
}

Status Store::verify_memory(const SnapshotIdentity& identity, Problems& problems) {
  if (!identity.memory) return {};
  const Result<Generation> generation = load_generation(files_, layout_.snapshot_dir(identity.name.str()));
  if (!generation) return note(generation.error(), std::string(kHeaderName), problems);
  if (generation->header.build.str() != identity.memory->build) {
    problems.push_back(std::string(kHeaderName) + ": it is of build " + generation->header.build.str() +
                       ", the record says " + identity.memory->build);
  }
  if (generation->header.size != identity.memory->memory) {
    problems.push_back(std::string(kHeaderName) + ": its memory has " + std::to_string(generation->header.size.value) +
                       " bytes, the record says " + std::to_string(identity.memory->memory.value));
  }
  return {};
}

Status Store::verify_disk(const std::string& name, Problems& problems) {
  const Result<SnapshotDisk> disk = find_snapshot_disk(files_, layout_, name);
  // That there is none, or its file is gone, was told already.
  if (!disk) return is_finding(disk.error()) ? Status{} : fail(disk.error());
  if (!disk->base_image.empty() && disk->size) {  // of a seed it was told already
    const Result<FileStamp> base = files_.stat(disk->base_image);
    if (!base && base.error().kind != ErrorKind::NotFound) return fail(base.error());
    if (!base) problems.push_back("base image '" + disk->base_image + "' is not there");
  }
  if (disk->form == SnapshotDisk::Form::Store) return check_store(parts_, *disk, problems);
  if (disk->form == SnapshotDisk::Form::Overlay) return check_overlay(images_, *disk, problems);
  return {};
}

}  // namespace cowherd
