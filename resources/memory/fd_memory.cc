// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/fd_memory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "resources/files/system_calls.h"

namespace cowherd {

FdMemory::FdMemory(UniqueFd fd, Bytes base, Bytes size, std::string name)
    : fd_(std::move(fd)), base_(base), size_(size), name_(std::move(name)) {}

Status FdMemory::read(Bytes offset, std::span<char> to) const {
  std::uint64_t at = (base_ + offset).value;
  while (!to.empty()) {
    const ssize_t got = ::pread(fd_.get(), to.data(), to.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(path_error(errno, "read", name_));
    if (got == 0) {
      return fail(ErrorKind::Stale, "read '" + name_ + "' at " + std::to_string(at) + ": it ends before");
    }
    to = to.subspan(static_cast<std::size_t>(got));
    at += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<PageRange> FdMemory::next_data(Bytes offset) const {
  if (offset >= size_) return PageRange{size_, {}};
  const PageRange all{offset, size_ - offset};
  // /proc/<pid>/mem knows no holes (and its lseek means something else by these numbers).
  if (base_.value != 0) return all;
  const off_t data = ::lseek(fd_.get(), static_cast<off_t>(offset.value), SEEK_DATA);
  if (data < 0 && errno == ENXIO) return PageRange{size_, {}};
  if (data < 0 && errno == EINVAL) return all;
  if (data < 0) return fail(path_error(errno, "find data in", name_));
  const off_t hole = ::lseek(fd_.get(), data, SEEK_HOLE);
  if (hole < 0) return fail(path_error(errno, "find a hole in", name_));
  const Bytes begin{std::max(static_cast<std::uint64_t>(data) / kPage.value * kPage.value, offset.value)};
  const Bytes end = std::min(round_up(Bytes{static_cast<std::uint64_t>(hole)}, kPage), size_);
  return PageRange{std::min(begin, size_), end - begin};
}

Result<FdMemory> open_memory(const std::string& path) {
  // O_NONBLOCK: a FIFO must not block before it is seen to be none of a regular file.
  COWHERD_ASSIGN(UniqueFd fd, open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, "open"));
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) return fail(path_error(errno, "stat", path));
  if (!S_ISREG(found.st_mode)) {
    return fail(ErrorKind::Invalid, "open '" + path + "': it is neither a regular file nor a memfd");
  }
  return FdMemory(std::move(fd), {}, Bytes{static_cast<std::uint64_t>(found.st_size)}, path);
}

Result<FdMemory> open_process_memory(int pid, std::uint64_t address, Bytes size) {
  const std::string path = "/proc/" + std::to_string(pid) + "/mem";
  COWHERD_ASSIGN(UniqueFd fd, open_path(path, O_RDONLY, "open"));
  return FdMemory(std::move(fd), Bytes{address}, size, path);
}

}  // namespace cowherd
