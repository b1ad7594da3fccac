// SPDX-License-Identifier: Apache-2.0
#include "resources/files/system_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace cowherd {

Error path_error(int errno_value, std::string_view doing, const std::string& path) {
  Error error = errno_error(errno_value, std::string(doing) + " '" + path + "'");
  if (errno_value == ENOTDIR) error.kind = ErrorKind::NotFound;
  if (errno_value == ENXIO || errno_value == ENODEV) error.kind = ErrorKind::Failed;
  if (errno_value == EEXIST) error.kind = ErrorKind::Busy;
  return error;
}

Result<UniqueFd> open_path(const std::string& path, int flags, std::string_view doing) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return fail(path_error(errno, doing, path));
  return UniqueFd(fd);
}

namespace {

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::Regular;
  if (S_ISDIR(mode)) return FileType::Directory;
  if (S_ISLNK(mode)) return FileType::Symlink;
  return FileType::Other;
}

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileStamp to_stamp(const struct stat& found) {
  FileStamp stamp;
  stamp.id = {found.st_dev, found.st_ino};
  stamp.type = type_of(found.st_mode);
  stamp.size = Bytes{static_cast<std::uint64_t>(found.st_size)};
  stamp.allocated = Bytes{static_cast<std::uint64_t>(found.st_blocks) * 512};
  stamp.mtime_ns = nanoseconds(found.st_mtim);
  stamp.ctime_ns = nanoseconds(found.st_ctim);
  stamp.links = found.st_nlink;
  return stamp;
}

Status write_all(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(path_error(errno, "write", path));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace cowherd
