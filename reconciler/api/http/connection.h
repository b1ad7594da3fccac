// SPDX-License-Identifier: Apache-2.0
// What the server knows of one connection, and what is being sent on it. Used by the server's thread alone.
#pragma once

#include <microhttpd.h>

#include <optional>
#include <string>

#include "reconciler/api/admission.h"
#include "reconciler/api/http/webhooks.h"
#include "reconciler/api/order_desk.h"
#include "reconciler/api/watch.h"

namespace cowherd {

inline constexpr std::size_t kLongestBody = 16 << 10;

struct Connection {
  int fd = -1;
  Peer peer{};
  std::string address{};         // of a peer over TCP, who is nobody; empty over the unix socket
  Admission admission = Admission::Stranger;
  MHD_Connection* handle = nullptr;
  bool answering = false;        // a request has come and its answer is not through yet
  Moment since{};                // the connection began, its last answer ended, or a part of an answer was taken
  std::optional<Watch> watch{};
  SharedText line{};             // of the watch, being sent
  std::size_t sent = 0;          // of the line
  std::string body{};                      // of the request, as far as it is kept
  std::optional<Hook> hook{};              // its body is not
  std::optional<OrderTicket> order{};      // carried out, or going to be
  std::optional<ApiAnswer> answer{};       // to the order
  bool suspended = false;        // libmicrohttpd leaves it alone until there is something to send
  bool hung_up = false;

  // Takes a part of the request's body. One byte more than is read tells that it was longer.
  void take_body(std::string_view piece);
  // Takes the next line of the watch unless one is being sent. True when libmicrohttpd is to be told something: bytes, or
  // that there will never be more.
  bool has_line(const std::shared_ptr<const Page>& page, Moment now);
  // Fills the buffer from the line: how much.
  std::size_t give(char* buffer, std::size_t most);
  // Lets libmicrohttpd go on with it.
  void resume(Moment now);
};

}  // namespace cowherd
