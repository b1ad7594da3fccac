// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/http/tcp_door.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

constexpr int kWaitingConnections = 128;
// A watcher that has gone without a word is noticed after two minutes, in seconds and a count.
constexpr std::array<std::pair<int, int>, 3> kProbes{{{TCP_KEEPIDLE, 60}, {TCP_KEEPINTVL, 15}, {TCP_KEEPCNT, 4}}};

struct Address {
  sockaddr_storage value{};
  socklen_t size = 0;
};

template <class Family>
Address address_as(const Family& family) {
  Address address;
  std::memcpy(&address.value, &family, sizeof family);
  address.size = sizeof family;
  return address;
}

Address ipv4(in_addr_t to, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(to);
  return address_as(address);
}

// Of both families: IPV6_V6ONLY is off.
Address any_address(std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_any;
  return address_as(address);
}

const sockaddr* plain(const sockaddr_storage& address) { return reinterpret_cast<const sockaddr*>(&address); }

Result<UniqueFd> listen_at(const Address& address, std::uint16_t port) {
  const std::string what = "listen at TCP port " + std::to_string(port);
  UniqueFd fd(::socket(address.value.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return fail(errno_error(errno, what));
  const int yes = 1;
  const int no = 0;
  for (const int option : {SO_REUSEADDR, SO_KEEPALIVE}) {
    if (::setsockopt(fd.get(), SOL_SOCKET, option, &yes, sizeof yes) != 0) return fail(errno_error(errno, what));
  }
  for (const auto& [option, value] : kProbes) {  // accepted connections have them, too (tcp(7))
    if (::setsockopt(fd.get(), IPPROTO_TCP, option, &value, sizeof value) != 0) return fail(errno_error(errno, what));
  }
  if (address.value.ss_family == AF_INET6 && ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) != 0) {
    return fail(errno_error(errno, what));
  }
  if (::bind(fd.get(), plain(address.value), address.size) != 0 || ::listen(fd.get(), kWaitingConnections) != 0) {
    if (errno == EADDRINUSE) return fail(ErrorKind::Busy, what + ": another program does", "name another one as api.tcp.port in the configuration");
    return fail(errno_error(errno, what));
  }
  return fd;
}

Result<UniqueFd> listen_as(const TcpSettings& settings) {
  if (settings.listen == ListenOn::Loopback) return listen_at(ipv4(INADDR_LOOPBACK, settings.port), settings.port);
  auto both = listen_at(any_address(settings.port), settings.port);
  if (both || both.error().kind == ErrorKind::Busy) return both;
  return listen_at(ipv4(INADDR_ANY, settings.port), settings.port);  // a host without IPv6
}

std::uint16_t port_of(const sockaddr_storage& address) {
  const bool is_six = address.ss_family == AF_INET6;
  return ntohs(is_six ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// Clients with IPv6 commonly have the last 64 bits for themselves.
std::string name_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(), text.size());
    return text.data();
  }
  in6_addr network = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&network);
  if (!is_mapped) std::memset(network.s6_addr + 8, 0, 8);
  ::inet_ntop(AF_INET6, &network, text.data(), text.size());
  return text.data();
}

}  // namespace

Result<std::unique_ptr<TcpDoor>> TcpDoor::open(const TcpSettings& settings) {
  std::optional<TokenFile> token;
  if (!settings.token_file.empty()) {
    token.emplace(settings.token_file);
    COWHERD_TRY(token->read());
  }
  COWHERD_ASSIGN(UniqueFd fd, listen_as(settings));
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0) return fail(errno_error(errno, "ask for the TCP port"));
  return std::unique_ptr<TcpDoor>(new TcpDoor(std::move(fd), port_of(own), std::move(token)));  // the constructor is private
}

std::optional<TcpGuest> TcpDoor::accept() {
  TcpGuest guest;
  guest.from_size = sizeof guest.from;
  guest.socket.reset(::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&guest.from), &guest.from_size, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!guest.socket.valid()) return std::nullopt;
  guest.address = name_of(guest.from);
  guest.admission = book_.enter(guest.address);
  return guest;
}

std::optional<ApiAnswer> TcpDoor::refusal(const TcpRequest& request) const {
  if (!token_) return refusal_over_tcp(request, std::nullopt);
  const auto token = token_->read();
  if (!token) return failure_answer(503, "the token file cannot be used; the daemon's host has to mend that");
  return refusal_over_tcp(request, *token);
}

}  // namespace cowherd
