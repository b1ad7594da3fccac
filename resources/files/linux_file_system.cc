// SPDX-License-Identifier: Apache-2.0
#include "resources/files/linux_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using OpenDirectory = std::unique_ptr<DIR, CloseDirectory>;

FileType type_of(unsigned char d_type) {
  if (d_type == DT_REG) return FileType::Regular;
  if (d_type == DT_DIR) return FileType::Directory;
  if (d_type == DT_LNK) return FileType::Symlink;
  return FileType::Other;
}

Result<FileEntry> entry_of(int directory_fd, const dirent& found, const std::string& directory) {
  FileEntry entry{found.d_name, type_of(found.d_type)};
  if (found.d_type != DT_UNKNOWN) return entry;
  struct stat status {};
  if (::fstatat(directory_fd, found.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail(path_error(errno, "stat", directory + "/" + entry.name));
  }
  entry.type = to_stamp(status).type;
  return entry;
}

// Regular files only; O_NONBLOCK so that opening a FIFO somebody put there does not block.
Result<UniqueFd> open_regular(const std::string& path, int flags, std::string_view doing) {
  COWHERD_ASSIGN(UniqueFd fd, open_path(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, doing));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return fail(path_error(errno, doing, path));
  if (S_ISDIR(status.st_mode)) return fail(path_error(EISDIR, doing, path));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::Failed, std::string(doing) + " '" + path + "': not a regular file");
  }
  return fd;
}

}  // namespace

Result<std::vector<FileEntry>> LinuxFileSystem::list(const std::string& directory) {
  COWHERD_ASSIGN(UniqueFd fd, open_path(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, "list"));
  OpenDirectory open(::fdopendir(fd.get()));
  if (open == nullptr) return fail(path_error(errno, "list", directory));
  fd.release();  // owned by the stream from here on
  std::vector<FileEntry> entries;
  while (true) {
    errno = 0;
    const dirent* found = ::readdir(open.get());
    if (found == nullptr && errno != 0) return fail(path_error(errno, "list", directory));
    if (found == nullptr) break;
    const std::string_view name = found->d_name;
    if (name == "." || name == "..") continue;
    Result<FileEntry> entry = entry_of(::dirfd(open.get()), *found, directory);
    if (!entry && entry.error().kind == ErrorKind::NotFound) continue;  // it went while we looked
    if (!entry) return fail(std::move(entry).error());
    entries.push_back(*std::move(entry));
  }
  std::sort(entries.begin(), entries.end(),
            [](const FileEntry& a, const FileEntry& b) { return a.name < b.name; });
  return entries;
}

Result<FileStamp> LinuxFileSystem::stat(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return fail(path_error(errno, "stat", path));
  return to_stamp(status);
}

Result<std::string> LinuxFileSystem::read(const std::string& path, Bytes limit) {
  COWHERD_ASSIGN(const UniqueFd fd, open_regular(path, O_RDONLY, "read"));
  std::string text;
  // One byte past the limit is asked for, so that a file that is too large, or grows meanwhile, shows itself.
  constexpr std::size_t kStep = 64 * 1024;
  while (text.size() <= limit.value) {
    const std::size_t had = text.size();
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(kStep, limit.value + 1 - had));
    text.resize(had + want);
    const ssize_t got = ::read(fd.get(), text.data() + had, want);
    if (got < 0 && errno != EINTR) return fail(path_error(errno, "read", path));
    text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return text;
  }
  return fail(ErrorKind::Invalid, "read '" + path + "': it is larger than " + print_quantity(limit));
}

Status LinuxFileSystem::write(const std::string& path, std::string_view content) {
  COWHERD_ASSIGN(const UniqueFd fd, open_regular(path, O_WRONLY | O_CREAT, "write"));
  if (::ftruncate(fd.get(), 0) != 0) return fail(path_error(errno, "write", path));
  return write_all(fd.get(), content, path);
}

Status LinuxFileSystem::resize(const std::string& path, Bytes size) {
  COWHERD_ASSIGN(const UniqueFd fd, open_regular(path, O_WRONLY | O_CREAT, "resize"));
  if (::ftruncate(fd.get(), static_cast<off_t>(size.value)) != 0) return fail(path_error(errno, "resize", path));
  return {};
}

Status LinuxFileSystem::sync(const std::string& path) {
  COWHERD_ASSIGN(const UniqueFd fd, open_path(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, "sync"));
  if (::fsync(fd.get()) != 0) return fail(path_error(errno, "sync", path));
  return {};
}

Status LinuxFileSystem::rename(const std::string& from, const std::string& to, RenameMode mode) {
  const unsigned flags = mode == RenameMode::NoReplace ? RENAME_NOREPLACE : mode == RenameMode::Exchange ? RENAME_EXCHANGE : 0;
  if (::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return {};
  int reason = errno;
  if (reason == EINVAL && mode == RenameMode::NoReplace) {
    // A file system without the flag (some network ones). The state directory has one writer, so looking first will do.
    struct stat status {};
    const bool taken = ::lstat(to.c_str(), &status) == 0;
    if (!taken && ::rename(from.c_str(), to.c_str()) == 0) return {};
    reason = taken ? EEXIST : errno;
  }
  return fail(path_error(reason, "rename '" + from + "' to", to));
}

Status LinuxFileSystem::make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  const int reason = errno;
  struct stat status {};
  const bool there = reason == EEXIST && ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  return there ? Status{} : Status{fail(path_error(reason, "make directory", path))};
}

Status LinuxFileSystem::link(const std::string& existing, const std::string& name) {
  if (::linkat(AT_FDCWD, existing.c_str(), AT_FDCWD, name.c_str(), 0) != 0) {
    return fail(path_error(errno, "link '" + existing + "' as", name));
  }
  return {};
}

Status LinuxFileSystem::remove(const std::string& path) {
  if (::remove(path.c_str()) != 0) return fail(path_error(errno, "remove", path));
  return {};
}

}  // namespace cowherd
