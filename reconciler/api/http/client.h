// SPDX-License-Identifier: Apache-2.0
// Asks a daemon's API over its unix socket. Speaks HTTP/1.0, so that a body simply lasts until the connection ends.
#pragma once

#include <poll.h>

#include <string>
#include <vector>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// One request and what comes back. Nothing here waits, but wait_for_any() does.
class Exchange {
 public:
  // target: path and query, encoded. With a body it is posted, which an empty buffer of the socket has to take whole.
  // NotFound: no daemon listens there. Denied: the socket is not for us.
  static Result<Exchange> begin(const std::string& socket, const std::string& target, const std::string& body = "");

  // Takes what has come. Corrupt: it is not HTTP.
  Status take();
  int fd() const { return fd_.get(); }
  bool ended() const { return ended_; }
  int code() const { return code_; }  // 0 until the head is there
  // Whole lines that came and were not taken yet, without their newline.
  std::vector<std::string> lines();
  const std::string& body() const { return body_; }

 private:
  explicit Exchange(UniqueFd fd) : fd_(std::move(fd)) {}
  Status read_head();

  UniqueFd fd_;
  std::string head_{};
  std::string body_{};
  int code_ = 0;
  bool ended_ = false;
};

// Blocks until one of them has something to take or has ended, at most for a while.
void wait_for_any(const std::vector<Exchange>& exchanges, Span most);

struct HttpReply {
  int code = 0;
  std::string body{};
};

// The whole answer. Errors as of begin(); Busy when it did not come in time; Failed when it broke off.
Result<HttpReply> fetch(const std::string& socket, const std::string& target, Span most);
Result<HttpReply> post(const std::string& socket, const std::string& target, const std::string& body, Span most);

}  // namespace cowherd
