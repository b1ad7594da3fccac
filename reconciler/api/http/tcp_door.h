// SPDX-License-Identifier: Apache-2.0
// The API over TCP: a listening socket, and what those who come in by it may do. Used by the server's thread alone, once
// it is open.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>

#include "reconciler/api/http/token_file.h"
#include "reconciler/api/tcp_rules.h"
#include "resources/files/unique_fd.h"

namespace cowherd {

enum class ListenOn { Loopback, AnyAddress };

struct TcpSettings {
  std::uint16_t port = 0;  // 0: one that is free
  ListenOn listen = ListenOn::Loopback;
  std::string token_file{};  // empty: none is asked for
};

struct TcpGuest {
  UniqueFd socket{};
  sockaddr_storage from{};
  socklen_t from_size = 0;
  std::string address{};
  Admission admission = Admission::Reader;
};

class TcpDoor {
 public:
  // Precondition: without a token file it listens on loopback. Denied, Invalid: the token file, as TokenFile. Busy: somebody
  // else listens there.
  static Result<std::unique_ptr<TcpDoor>> open(const TcpSettings& settings);

  int fd() const { return fd_.get(); }
  std::uint16_t port() const { return port_; }
  // Who waits at the door, counted in unless there is no room (Full); nothing when nobody does, and errno as accept4(2).
  std::optional<TcpGuest> accept();
  void leave(const std::string& address) { book_.leave(address); }
  // What the request is refused with, or nothing. Reads the token file.
  std::optional<ApiAnswer> refusal(const TcpRequest& request) const;

 private:
  TcpDoor(UniqueFd fd, std::uint16_t port, std::optional<TokenFile> token) : fd_(std::move(fd)), port_(port), token_(std::move(token)) {}

  UniqueFd fd_;
  std::uint16_t port_;
  std::optional<TokenFile> token_;
  AddressBook book_{};
};

}  // namespace cowherd
