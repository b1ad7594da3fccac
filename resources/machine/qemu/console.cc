// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/console.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

constexpr int kBetweenLooksMs = 10;

struct Clients {
  int served = 0;
  int waiting = 0;
};

Result<std::string> read_whole(const std::string& path) {
  COWHERD_ASSIGN(const UniqueFd file, open_path(path, O_RDONLY, "open"));
  std::string content;
  std::array<char, 65536> piece{};
  while (true) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(path_error(errno, "read", path));
    if (got == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(got));
  }
}

// Lines are "address: references protocol flags type state inode path".
Result<Clients> clients_of(const std::string& serial_socket) {
  COWHERD_ASSIGN(const std::string table, read_whole("/proc/net/unix"));
  Clients clients;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (!line.ends_with(" " + serial_socket)) continue;
    std::istringstream words(line);
    std::string address, references, protocol, flags, type, state;
    words >> address >> references >> protocol >> flags >> type >> state;
    if (state == "03") ++clients.served;
    if (state == "02") ++clients.waiting;
  }
  return clients;
}

Result<UniqueFd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorKind::Invalid, "'" + path + "' is too long for a socket");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.valid()) return fail(errno_error(errno, "make a socket"));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  if (errno == EAGAIN) return fail(ErrorKind::Busy, "attach to '" + path + "': others wait for it, too");
  if (errno == ECONNREFUSED) return fail(ErrorKind::NotFound, "attach to '" + path + "': no VM listens there");
  return fail(path_error(errno, "attach to", path));
}

Error somebody_else(const std::string& serial_socket) {
  return make_error(ErrorKind::Busy, "attach to '" + serial_socket + "': somebody else is attached",
                    "QEMU serves one at a time; `ss -xp` tells who has it");
}

}  // namespace

Result<UniqueFd> attach_console(const std::string& serial_socket, Span deadline) {
  COWHERD_ASSIGN(const Clients before, clients_of(serial_socket));
  if (before.served > 0) return fail(somebody_else(serial_socket));
  COWHERD_ASSIGN(UniqueFd socket, connect_to(serial_socket));
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (true) {
    COWHERD_ASSIGN(const Clients now, clients_of(serial_socket));
    if (now.waiting == 0) return socket;
    if (std::chrono::steady_clock::now() >= until) {
      if (now.served > 0) return fail(somebody_else(serial_socket));
      return fail(ErrorKind::Failed, "attach to '" + serial_socket + "': the VM does not answer");
    }
    ::poll(nullptr, 0, kBetweenLooksMs);  // nothing tells that a connection was accepted
  }
}

}  // namespace cowherd
