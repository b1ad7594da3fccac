// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/http/token_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "resources/files/system_calls.h"
#include "resources/files/unique_fd.h"

namespace cowherd {

namespace {

constexpr std::size_t kLeast = 32;
constexpr std::size_t kMost = 4096;
constexpr mode_t kMayBe = 0640;

Status check_owner(const struct stat& found, const std::string& path) {
  const std::string what = "use the token in '" + path + "'";
  if (!S_ISREG(found.st_mode)) return fail(ErrorKind::Denied, what + ": it is no regular file");
  if (found.st_uid != 0 && found.st_uid != ::geteuid()) {
    return fail(ErrorKind::Denied, what + ": it belongs to neither root nor the daemon's user", "chown root '" + path + "'");
  }
  if ((found.st_mode & 07777 & ~kMayBe) != 0) {
    return fail(ErrorKind::Denied, what + ": others may read or write it", "chmod 0640 '" + path + "'");
  }
  return {};
}

Result<std::string> token_of(std::string text, const std::string& path) {
  text.resize(std::min(text.size(), text.find('\n')));
  const bool is_printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (is_printable && text.size() >= kLeast && text.size() <= kMost) return text;
  return fail(ErrorKind::Invalid, "use the token in '" + path + "': its first line is not 32 to 4096 printable characters without spaces",
              "openssl rand -hex 32 > '" + path + "'");
}

}  // namespace

Result<std::string> TokenFile::read() const {
  COWHERD_ASSIGN(const UniqueFd fd, open_path(path_, O_RDONLY | O_NONBLOCK, "open"));
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) return fail(path_error(errno, "look at", path_));
  COWHERD_TRY(check_owner(found, path_));
  std::array<char, kMost + 2> buffer{};
  const ssize_t size = ::read(fd.get(), buffer.data(), buffer.size());
  if (size < 0) return fail(path_error(errno, "read", path_));
  return token_of(std::string(buffer.data(), static_cast<std::size_t>(size)), path_);
}

}  // namespace cowherd
