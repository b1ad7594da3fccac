// SPDX-License-Identifier: Apache-2.0
// cowherd flatten: the disk of a snapshot as one flat raw image. The snapshot is only read; no lock is taken.
#include <cstdio>
#include <filesystem>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/offline_store.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watch_work.h"
#include "resources/store/snapshot_disk.h"

namespace cowherd {

namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& directory) {
  const fs::path relative = path.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

// Absolute, in the directory it really leads to. What stands in the state directory is cowherd's alone.
Result<std::string> place_of(const std::string& output, const std::string& state_dir) {
  std::error_code error;
  const fs::path path = fs::absolute(output, error).lexically_normal();
  if (error || !path.has_filename()) return fail(ErrorKind::Invalid, "'" + output + "' is no name for a file");
  const fs::path parent = fs::canonical(path.parent_path(), error);
  if (error) return fail(ErrorKind::NotFound, "make '" + output + "': " + error.message());
  const fs::path state = fs::weakly_canonical(state_dir, error);
  if (!error && is_below(parent, state)) {
    return fail(ErrorKind::Invalid, "make '" + output + "': it is in the state directory", "name a file outside of it");
  }
  return (parent / path.filename()).string();
}

// A directory, a device or a symlink is nobody's old image.
Status may_be_made(FileSystem& files, const std::string& output, ExistingOutput existing) {
  const Result<FileStamp> found = files.stat(output);
  if (!found) return found.error().kind == ErrorKind::NotFound ? Status{} : Status{fail(found.error())};
  if (found->type != FileType::Regular) return fail(ErrorKind::Busy, "make '" + output + "': it is there and no regular file");
  if (existing == ExistingOutput::Replace) return {};
  return fail(ErrorKind::Busy, "make '" + output + "': it exists", "replace it with --force");
}

Result<Bytes> flatten_to(OfflineStore& offline, const std::string& output, const FlattenArguments& arguments) {
  COWHERD_TRY(may_be_made(offline.files(), output, arguments.existing));
  COWHERD_TRY(offline.has_snapshot(arguments.name));
  COWHERD_ASSIGN(const SnapshotDisk disk, find_snapshot_disk(offline.files(), offline.layout(), arguments.name));
  const RenameMode publish = arguments.existing == ExistingOutput::Replace ? RenameMode::Replace : RenameMode::NoReplace;
  COWHERD_TRY(watched("make '" + output + "'", [&](const BulkControl& control) {
    return make_flat(offline.host(), disk, output, control, publish);
  }));
  COWHERD_ASSIGN(const FileStamp made, offline.files().stat(output));
  return made.size;
}

}  // namespace

ExitCode flatten_command(const Options& options, const FlattenArguments& arguments) {
  auto opened = OfflineStore::open(options);
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  OfflineStore& offline = *std::get<std::unique_ptr<OfflineStore>>(opened);
  const auto output = place_of(arguments.output, offline.layout().root());
  if (!output) {
    const ExitCode code = tell_failure(output.error());
    return output.error().kind == ErrorKind::Invalid ? ExitCode::Usage : code;
  }
  const auto size = flatten_to(offline, *output, arguments);
  if (!size) return tell_failure(size.error());
  std::printf("made '%s' of %s from snapshot '%s'\n", arguments.output.c_str(), print_quantity(*size).c_str(),
              arguments.name.c_str());
  return ExitCode::Done;
}

}  // namespace cowherd
