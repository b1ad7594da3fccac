// SPDX-License-Identifier: Apache-2.0
#include "resources/files/linux_bulk_files.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "resources/files/all_zero.h"
#include "resources/files/digest.h"
#include "resources/files/pace.h"
#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

constexpr std::uint64_t kBlock = 4096;
constexpr std::uint64_t kChunk = 1ull << 20;

struct OpenFile {
  UniqueFd fd{};
  FileStamp stamp{};
};

Result<OpenFile> open_source(const std::string& path, std::string_view doing) {
  // O_NONBLOCK: opening a FIFO must not block before it is seen to be none of a regular file.
  COWHERD_ASSIGN(UniqueFd fd, open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, doing));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return fail(path_error(errno, doing, path));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::Invalid, std::string(doing) + " '" + path + "': it is not a regular file");
  }
  return OpenFile{std::move(fd), to_stamp(status)};
}

Result<std::size_t> read_at(int fd, std::vector<char>& buffer, std::uint64_t offset, std::uint64_t most,
                            const std::string& path) {
  const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), most));
  while (true) {
    const ssize_t got = ::pread(fd, buffer.data(), want, static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return fail(path_error(errno, "read", path));
  }
}

Status write_at(int fd, std::string_view bytes, std::uint64_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(path_error(errno, "write", path));
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

// Writes the runs of blocks that are not all zero; the target has holes everywhere else. offset is block-aligned.
Result<Bytes> write_runs(int fd, std::string_view chunk, std::uint64_t offset, const std::string& path) {
  Bytes written;
  std::size_t start = 0;
  for (std::size_t at = 0; at < chunk.size(); at += kBlock) {
    const std::string_view block = chunk.substr(at, kBlock);
    const std::size_t after = at + block.size();
    const bool zero = all_zero(block);
    const std::size_t end = zero ? at : after;
    if (!zero && after < chunk.size()) continue;
    if (end > start) {
      COWHERD_TRY(write_at(fd, chunk.substr(start, end - start), offset + start, path));
      written = written + Bytes{end - start};
    }
    start = after;
  }
  return written;
}

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The next range of data at or after the offset, rounded out to blocks; empty when only a hole is left. A file system
// that cannot tell holes answers EINVAL or has no hole before the end: then all is data.
Result<Range> next_data(int fd, std::uint64_t offset, std::uint64_t size, const std::string& path) {
  const off_t data = ::lseek(fd, static_cast<off_t>(offset), SEEK_DATA);
  if (data < 0 && errno == ENXIO) return Range{size, size};
  if (data < 0 && errno == EINVAL) return Range{offset, size};
  if (data < 0) return fail(path_error(errno, "find data in", path));
  const off_t hole = ::lseek(fd, data, SEEK_HOLE);
  const std::uint64_t end = hole < 0 ? size : static_cast<std::uint64_t>(hole);
  const std::uint64_t begin = std::max(static_cast<std::uint64_t>(data) / kBlock * kBlock, offset);
  return Range{std::min(begin, size), std::min((end + kBlock - 1) / kBlock * kBlock, size)};
}

struct Copy {
  const std::string& from;
  const std::string& to;
  int source;
  int target;
  std::uint64_t size;
};

Result<CopyReport> copy_sparse(const Copy& copy, const BulkControl& control) {
  if (::ftruncate(copy.target, static_cast<off_t>(copy.size)) != 0) return fail(path_error(errno, "resize", copy.to));
  CopyReport report{CopyMethod::Sparse, Bytes{copy.size}, {}};
  Pace pace(control, Bytes{copy.size}, "copy '" + copy.from + "'");
  std::vector<char> buffer(kChunk);
  std::uint64_t offset = 0;
  while (offset < copy.size) {
    COWHERD_ASSIGN(const Range range, next_data(copy.source, offset, copy.size, copy.from));
    offset = range.begin;
    while (offset < range.end) {
      COWHERD_TRY(pace.at(Bytes{offset}));
      COWHERD_ASSIGN(const std::size_t got, read_at(copy.source, buffer, offset, range.end - offset, copy.from));
      if (got == 0) return fail(ErrorKind::Stale, "copy '" + copy.from + "': it became shorter meanwhile");
      // A short read that ends inside a block is read again from that block on, except at the end of the file.
      const std::size_t whole = got >= kBlock && offset + got < range.end ? got / kBlock * kBlock : got;
      COWHERD_ASSIGN(const Bytes written, write_runs(copy.target, {buffer.data(), whole}, offset, copy.to));
      report.written = report.written + written;
      offset += whole;
    }
  }
  COWHERD_TRY(pace.at(Bytes{copy.size}));
  return report;
}

Result<CopyReport> copy_open(const Copy& copy, const BulkControl& control) {
  // Whatever the reason a clone is refused for (other file system, no support, swap file), copying decides.
  if (::ioctl(copy.target, FICLONE, copy.source) == 0) {
    COWHERD_TRY(Pace(control, Bytes{copy.size}, "copy '" + copy.from + "'").at(Bytes{copy.size}));
    return CopyReport{CopyMethod::Reflink, Bytes{copy.size}, {}};
  }
  return copy_sparse(copy, control);
}

}  // namespace

Result<CopyReport> LinuxBulkFiles::copy(const std::string& from, const std::string& to,
                                        const BulkControl& control) {
  COWHERD_ASSIGN(const OpenFile source, open_source(from, "copy"));
  COWHERD_ASSIGN(const UniqueFd target, open_path(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "create"));
  Result<CopyReport> report =
      copy_open({from, to, source.fd.get(), target.get(), source.stamp.size.value}, control);
  if (!report && ::unlink(to.c_str()) != 0) {
    report.error() = std::move(report.error()).and_also(path_error(errno, "remove", to));
  }
  return std::move(report).in("copying to '" + to + "'");
}

Result<Digest> LinuxBulkFiles::digest(const std::string& path, const BulkControl& control) {
  COWHERD_ASSIGN(const OpenFile source, open_source(path, "digest"));
  ::posix_fadvise(source.fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  Sha256 sum;
  Pace pace(control, source.stamp.size, "digest '" + path + "'");
  std::vector<char> buffer(kChunk);
  std::uint64_t offset = 0;
  while (true) {
    COWHERD_TRY(pace.at(Bytes{offset}));
    COWHERD_ASSIGN(const std::size_t got, read_at(source.fd.get(), buffer, offset, kChunk, path));
    if (got == 0) return sum.finish();
    sum.update({buffer.data(), got});
    offset += got;
  }
}

Result<FileStamp> LinuxBulkFiles::stamp(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail(path_error(errno, "stat", path));
  return to_stamp(status);
}

Result<SpaceInfo> LinuxBulkFiles::space(const std::string& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0) return fail(path_error(errno, "read free space of", path));
  return SpaceInfo{Bytes{found.f_blocks * found.f_frsize}, Bytes{found.f_bavail * found.f_frsize}};
}

}  // namespace cowherd
