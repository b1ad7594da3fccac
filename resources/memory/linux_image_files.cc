// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/linux_image_files.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "resources/files/system_calls.h"
#include "resources/memory/fd_memory.h"

namespace cowherd {

namespace {

constexpr std::uint64_t kBuffer = 1ull << 20;

// These mean that the two files can never be handled so; others may be about one range only.
bool is_refusal_for_good(int errno_value) {
  return errno_value == EOPNOTSUPP || errno_value == EXDEV || errno_value == ENOTTY || errno_value == ENOSYS;
}

class LinuxImageWriter final : public ImageWriter {
 public:
  LinuxImageWriter(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Status write(Bytes offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset.value));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail(path_error(errno, "write", path_));
      bytes.remove_prefix(static_cast<std::size_t>(written));
      offset = offset + Bytes{static_cast<std::uint64_t>(written)};
    }
    return {};
  }

  Result<CopyCount> copy(const MemorySource& from, Bytes offset, Bytes length, Bytes to) override {
    if (clone(from.descriptor(), offset, length, to)) return CopyCount{length, {}};
    CopyCount count;
    const Bytes end = offset + length;
    for (Bytes at = offset; at < end;) {
      COWHERD_ASSIGN(const PageRange data, from.next_data(at));
      if (data.offset >= end || data.length.value == 0) break;
      const Bytes stop = std::min(data.end(), end);
      COWHERD_TRY(copy_data(from, {data.offset, stop - data.offset}, to + (data.offset - offset)));
      count.copied = count.copied + (stop - data.offset);
      at = stop;
    }
    return count;
  }

  Status resize(Bytes size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size.value)) == 0) return {};
    return fail(path_error(errno, "resize", path_));
  }

 private:
  bool clone(int source, Bytes offset, Bytes length, Bytes to) {
    if (!can_clone_ || source < 0) return false;
    file_clone_range range{};
    range.src_fd = source;
    range.src_offset = offset.value;
    range.src_length = length.value;
    range.dest_offset = to.value;
    if (::ioctl(fd_.get(), FICLONERANGE, &range) == 0) return true;
    if (is_refusal_for_good(errno)) can_clone_ = false;
    return false;
  }

  Status copy_data(const MemorySource& from, PageRange range, Bytes to) {
    while (can_copy_range_ && from.descriptor() >= 0 && range.length.value > 0) {
      auto in = static_cast<off64_t>(range.offset.value);
      auto out = static_cast<off64_t>(to.value);
      const ssize_t done = ::copy_file_range(from.descriptor(), &in, fd_.get(), &out, range.length.value, 0);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0 && (is_refusal_for_good(errno) || errno == EINVAL))
        can_copy_range_ = false;
      else if (done < 0)
        return fail(path_error(errno, "write", path_));
      if (done <= 0) break;  // a source that ends early is told by read()
      const Bytes step{static_cast<std::uint64_t>(done)};
      range = {range.offset + step, range.length - step};
      to = to + step;
    }
    std::vector<char> buffer(std::min(kBuffer, range.length.value));
    while (range.length.value > 0) {
      const std::span<char> piece(buffer.data(), std::min<std::uint64_t>(buffer.size(), range.length.value));
      COWHERD_TRY(from.read(range.offset, piece));
      COWHERD_TRY(write(to, {piece.data(), piece.size()}));
      const Bytes step{piece.size()};
      range = {range.offset + step, range.length - step};
      to = to + step;
    }
    return {};
  }

  UniqueFd fd_;
  std::string path_;
  bool can_clone_ = true;
  bool can_copy_range_ = true;
};

}  // namespace

Result<std::unique_ptr<MemorySource>> LinuxImageFiles::open(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return fail(path_error(errno, "stat", path));
  if (!S_ISREG(found.st_mode))
    return fail(ErrorKind::Invalid, "open '" + path + "': it is not a regular file");
  COWHERD_ASSIGN(UniqueFd fd, open_path(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, "open"));
  if (::fstat(fd.get(), &found) != 0) return fail(path_error(errno, "stat", path));
  const Bytes size{static_cast<std::uint64_t>(found.st_size)};
  return std::unique_ptr<MemorySource>(std::make_unique<FdMemory>(std::move(fd), Bytes{}, size, path));
}

Result<std::unique_ptr<ImageWriter>> LinuxImageFiles::create(const std::string& path) {
  COWHERD_ASSIGN(UniqueFd fd, open_path(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, "create"));
  return std::unique_ptr<ImageWriter>(std::make_unique<LinuxImageWriter>(std::move(fd), path));
}

}  // namespace cowherd
