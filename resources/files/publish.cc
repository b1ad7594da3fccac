// SPDX-License-Identifier: Apache-2.0
#include "resources/files/publish.h"

#include <set>

namespace cowherd {

bool is_staging_name(std::string_view name) { return name.substr(0, kStagingPrefix.size()) == kStagingPrefix; }

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

Status publish_file(FileSystem& files, const std::string& directory, const std::string& name,
                    std::string_view content) {
  const std::string staged = directory + "/" + std::string(kStagingPrefix) + name;
  const std::string target = directory + "/" + name;
  const auto doing = [&] { return "publishing '" + target + "'"; };
  if (Status written = files.write(staged, content); !written) {
    Error error = std::move(written).error().in(doing());
    // A full disk leaves an empty staging file behind; it goes, so that it does not count as interrupted work.
    if (Status removed = files.remove(staged); !removed && removed.error().kind != ErrorKind::NotFound) {
      error = std::move(error).and_also(removed.error());
    }
    return fail(std::move(error));
  }
  COWHERD_TRY(files.sync(staged).in(doing()));
  COWHERD_TRY(files.rename(staged, target, RenameMode::Replace).in(doing()));
  return files.sync(directory).in(doing());
}

Status publish_directory(FileSystem& files, const std::string& staged, const std::string& target) {
  const auto doing = [&] { return "publishing '" + target + "'"; };
  COWHERD_TRY(files.sync(staged).in(doing()));
  COWHERD_TRY(files.sync(parent_of(staged)).in(doing()));
  COWHERD_TRY(files.rename(staged, target, RenameMode::NoReplace).in(doing()));
  return files.sync(parent_of(target)).in(doing());
}

Status replace_directory(FileSystem& files, const std::string& staged, const std::string& target) {
  const auto doing = [&] { return "publishing '" + target + "'"; };
  const Result<FileStamp> there = files.stat(target);
  if (!there && there.error().kind == ErrorKind::NotFound) return publish_directory(files, staged, target);
  if (!there) return Status(fail(there.error())).in(doing());
  COWHERD_TRY(files.sync(staged).in(doing()));
  COWHERD_TRY(files.sync(parent_of(staged)).in(doing()));
  COWHERD_TRY(files.rename(staged, target, RenameMode::Exchange).in(doing()));
  return files.sync(parent_of(target)).in(doing());
}

Status make_directories(FileSystem& files, const std::string& path) {
  const std::string above = parent_of(path);
  const Result<FileStamp> found = files.stat(path);
  if (found && found->type == FileType::Directory) {
    // It may have been made by a run that died before it synced the name. A parent that cannot be opened is not ours.
    const Status synced = files.sync(above);
    return !synced && synced.error().kind != ErrorKind::Denied ? Status{fail(synced.error())} : Status{};
  }
  if (!found && found.error().kind != ErrorKind::NotFound) return fail(found.error());
  if (above != path) COWHERD_TRY(make_directories(files, above));
  COWHERD_TRY(files.make_directory(path));
  return files.sync(above);
}

Status remove_tree(FileSystem& files, const std::string& path) {
  const Result<FileStamp> found = files.stat(path);
  if (!found) return found.error().kind == ErrorKind::NotFound ? Status{} : Status{fail(found.error())};
  if (found->type == FileType::Directory) {
    const Result<std::vector<FileEntry>> entries = files.list(path);
    if (!entries && entries.error().kind != ErrorKind::NotFound) return fail(entries.error());
    if (entries) {
      for (const FileEntry& entry : *entries) COWHERD_TRY(remove_tree(files, path + "/" + entry.name));
    }
  }
  const Status removed = files.remove(path);
  if (!removed && removed.error().kind != ErrorKind::NotFound) return fail(removed.error());
  return {};
}

namespace {

Status add_usage(FileSystem& files, const std::string& path, std::set<FileId>& counted, Bytes& sum) {
  const Result<FileStamp> stamp = files.stat(path);
  if (!stamp) return stamp.error().kind == ErrorKind::NotFound ? Status{} : Status{fail(stamp.error())};
  if (counted.insert(stamp->id).second) sum = sum + stamp->allocated;
  if (stamp->type != FileType::Directory) return {};
  const Result<std::vector<FileEntry>> entries = files.list(path);
  if (!entries) return entries.error().kind == ErrorKind::NotFound ? Status{} : Status{fail(entries.error())};
  for (const FileEntry& entry : *entries) {
    COWHERD_TRY(add_usage(files, path + "/" + entry.name, counted, sum));
  }
  return {};
}

}  // namespace

Result<Bytes> tree_usage(FileSystem& files, const std::string& path) {
  COWHERD_TRY(files.stat(path));
  std::set<FileId> counted;
  Bytes sum;
  COWHERD_TRY(add_usage(files, path, counted, sum));
  return sum;
}

}  // namespace cowherd
