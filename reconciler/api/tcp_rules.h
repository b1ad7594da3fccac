// SPDX-License-Identifier: Apache-2.0
// What a request that came over TCP may do. Nobody is known there but by the token it brings; so it may only read, and
// without a token only where it could not have come from elsewhere. Webhooks, whose bodies prove who sent them, are not
// asked for it. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "reconciler/api/admission.h"
#include "reconciler/api/answer.h"

namespace cowherd {

struct TcpRequest {
  std::string method{};
  std::string host{};           // the header; a page of another site that a browser of this host shows names its own
  std::string authorization{};  // the header
};

// What it is refused with, or nothing. token: what has to be brought; none: the daemon listens on loopback only.
std::optional<ApiAnswer> refusal_over_tcp(const TcpRequest& request, const std::optional<std::string>& token);

// How many connections each address has.
class AddressBook {
 public:
  static constexpr std::size_t kMost = 128;  // of all

  // Counts the connection in, unless it is Full.
  Admission enter(const std::string& address);
  void leave(const std::string& address);

 private:
  std::size_t all_ = 0;
  std::map<std::string, std::size_t> of_address_{};
};

}  // namespace cowherd
