// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "resources/files/system_calls.h"

namespace cowherd {
namespace {

constexpr std::size_t kPiece = 1 << 20;

Result<std::uint64_t> size_of(const UniqueFd& file, const std::string& path) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return fail(path_error(errno, "look at", path));
  return static_cast<std::uint64_t>(found.st_size);
}

// Up to length bytes at the offset; less at the end of the file.
Result<std::string> read_at(const UniqueFd& file, const std::string& path, std::uint64_t offset, std::size_t length) {
  std::string content(length, '\0');
  std::size_t have = 0;
  while (have < length) {
    const ssize_t got = ::pread(file.get(), content.data() + have, length - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(path_error(errno, "read", path));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  content.resize(have);
  return content;
}

// Copies what stands from the offset on, and what is written meanwhile, but never more than `most`.
Status copy_end(const UniqueFd& from, const std::string& path, std::uint64_t offset, std::uint64_t most) {
  const std::string staged = path + ".1.new";
  COWHERD_ASSIGN(const UniqueFd to, open_path(staged, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, "create"));
  for (const std::uint64_t last = offset + most; offset < last;) {
    COWHERD_ASSIGN(const std::string piece, read_at(from, path, offset, kPiece));
    if (piece.empty()) break;
    COWHERD_TRY(write_all(to.get(), piece, staged));
    offset += piece.size();
  }
  if (::rename(staged.c_str(), (path + ".1").c_str()) != 0) return fail(path_error(errno, "rename", staged));
  return {};
}

}  // namespace

Result<std::string> read_tail(const std::string& path, Bytes limit) {
  COWHERD_ASSIGN(const UniqueFd file, open_path(path, O_RDONLY | O_NOFOLLOW, "open"));
  COWHERD_ASSIGN(const std::uint64_t size, size_of(file, path));
  const std::uint64_t length = std::min(size, limit.value);
  return read_at(file, path, size - length, static_cast<std::size_t>(length));
}

Status bound_log(const std::string& path, Bytes limit) {
  Result<UniqueFd> file = open_path(path, O_RDWR | O_NOFOLLOW, "open");
  if (!file && file.error().kind == ErrorKind::NotFound) return {};
  if (!file) return fail(std::move(file).error());
  COWHERD_ASSIGN(const std::uint64_t size, size_of(*file, path));
  if (size <= limit.value) return {};
  COWHERD_TRY(copy_end(*file, path, size - limit.value, limit.value * 2));
  if (::ftruncate(file->get(), 0) != 0) return fail(path_error(errno, "cut", path));
  return {};
}

}  // namespace cowherd
