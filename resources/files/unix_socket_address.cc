// SPDX-License-Identifier: Apache-2.0
#include "resources/files/unix_socket_address.h"

#include <cerrno>
#include <cstring>

#include "resources/vocabulary/error.h"

namespace cowherd {

Result<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  constexpr std::size_t kMost = sizeof address.sun_path - 1;
  if (path.size() > kMost) {
    return fail(ErrorKind::Invalid, "use the socket '" + path + "': its path is longer than " + std::to_string(kMost) + " characters");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Result<UniqueFd> connect_unix(const std::string& path) {
  COWHERD_ASSIGN(const sockaddr_un address, unix_address(path));
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.valid()) return fail(errno_error(errno, "make a unix socket"));
  if (::connect(socket.get(), plain(address), sizeof address) == 0) return socket;
  return fail(errno_error(errno, "connect to '" + path + "'"));
}

}  // namespace cowherd
