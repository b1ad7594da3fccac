// SPDX-License-Identifier: Apache-2.0
#include "resources/files/linux_file_parts.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

Result<UniqueFd> open_regular(const std::string& path, int flags, std::string_view doing) {
  // O_NONBLOCK: opening a FIFO must not block before it is seen to be none of a regular file.
  Result<UniqueFd> fd = open_path(path, flags | O_NONBLOCK | O_NOCTTY, doing);
  if (!fd) {
    if (fd.error().errno_value == EISDIR) fd.error().kind = ErrorKind::Invalid;
    return fd;
  }
  struct stat status {};
  if (::fstat(fd->get(), &status) != 0) return fail(path_error(errno, doing, path));
  if (S_ISREG(status.st_mode)) return fd;
  return fail(ErrorKind::Invalid, std::string(doing) + " '" + path + "': it is not a regular file");
}

class LinuxFileReader final : public FileReader {
 public:
  LinuxFileReader(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Result<FileStamp> stamp() override {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) return fail(path_error(errno, "stat", path_));
    return to_stamp(status);
  }

  Result<std::string> read(Bytes offset, Bytes count) override {
    std::string bytes(count.value, '\0');
    std::size_t had = 0;
    while (had < bytes.size()) {
      const ssize_t got = ::pread(fd_.get(), bytes.data() + had, bytes.size() - had,
                                  static_cast<off_t>(offset.value + had));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(path_error(errno, "read", path_));
      if (got == 0) break;
      had += static_cast<std::size_t>(got);
    }
    bytes.resize(had);
    return bytes;
  }

  Writers writers() override {
    // Somebody who opens the file while we hold the lease makes the kernel send us this signal: one that is ignored.
    if (::fcntl(fd_.get(), F_SETSIG, SIGURG) != 0) return Writers::CannotTell;
    if (::fcntl(fd_.get(), F_SETLEASE, F_RDLCK) != 0) {
      return errno == EAGAIN ? Writers::Some : Writers::CannotTell;
    }
    ::fcntl(fd_.get(), F_SETLEASE, F_UNLCK);
    return Writers::None;
  }

 private:
  std::string path_;
  UniqueFd fd_;
};

class LinuxFilePatcher final : public FilePatcher {
 public:
  LinuxFilePatcher(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Status write(Bytes offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset.value));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail(path_error(errno, "write", path_));
      bytes.remove_prefix(static_cast<std::size_t>(written));
      offset.value += static_cast<std::uint64_t>(written);
    }
    return {};
  }

  Status zero(Bytes offset, Bytes count) override {
    int done = -1;
    do {
      done = ::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset.value),
                         static_cast<off_t>(count.value));
    } while (done != 0 && errno == EINTR);
    if (done == 0) return {};
    if (errno != EOPNOTSUPP && errno != ENOSYS) return fail(path_error(errno, "punch a hole into", path_));
    const std::string zeroes(std::min<std::size_t>(count.value, 1 << 20), '\0');
    for (std::uint64_t at = 0; at < count.value; at += zeroes.size()) {
      COWHERD_TRY(write({offset.value + at}, std::string_view(zeroes).substr(0, count.value - at)));
    }
    return {};
  }

 private:
  std::string path_;
  UniqueFd fd_;
};

// XFS copies 128 KiB for each small write to a shared extent unless it is told otherwise. Where it cannot be told, the
// file only takes more space.
void copy_no_more_than_written(int fd) {
  struct statfs where {};
  struct fsxattr attributes {};
  if (::fstatfs(fd, &where) != 0 || where.f_type != XFS_SUPER_MAGIC) return;
  if (::ioctl(fd, FS_IOC_FSGETXATTR, &attributes) != 0) return;
  attributes.fsx_xflags |= FS_XFLAG_COWEXTSIZE;
  attributes.fsx_cowextsize = 4096;
  ::ioctl(fd, FS_IOC_FSSETXATTR, &attributes);
}

}  // namespace

Result<std::unique_ptr<FileReader>> LinuxFileParts::open(const std::string& path) {
  COWHERD_ASSIGN(UniqueFd fd, open_regular(path, O_RDONLY, "open"));
  return std::make_unique<LinuxFileReader>(path, std::move(fd));
}

Result<std::unique_ptr<FilePatcher>> LinuxFileParts::patch(const std::string& path) {
  COWHERD_ASSIGN(UniqueFd fd, open_regular(path, O_WRONLY, "change"));
  copy_no_more_than_written(fd.get());
  return std::make_unique<LinuxFilePatcher>(path, std::move(fd));
}

}  // namespace cowherd
