// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/console.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <sstream>

#include "resources/files/linux_file_system.h"
#include "resources/files/system_calls.h"
#include "resources/files/unix_socket_address.h"

namespace cowherd {

namespace {

constexpr int kBetweenLooksMs = 10;
constexpr Bytes kLargestTable = 64_MiB;

struct Clients {
  int served = 0;
  int waiting = 0;
};

// Lines are "address: references protocol flags type state inode path".
Result<Clients> clients_of(const std::string& serial_socket) {
  COWHERD_ASSIGN(const std::string table, LinuxFileSystem().read("/proc/net/unix", kLargestTable));
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
  Result<UniqueFd> socket = connect_unix(path);
  if (socket) return socket;
  const int why = socket.error().errno_value;
  if (why == EAGAIN) return fail(ErrorKind::Busy, "attach to '" + path + "': others wait for it, too");
  if (why == ECONNREFUSED) return fail(ErrorKind::NotFound, "attach to '" + path + "': no VM listens there");
  if (why == 0) return socket;  // no path for a socket
  return fail(path_error(why, "attach to", path));
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
