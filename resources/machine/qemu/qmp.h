// SPDX-License-Identifier: Apache-2.0
// A client of QEMU's monitor: QMP over a unix socket (QEMU docs/interop/qmp-spec). A monitor serves one client at a time;
// a second one waits for its greeting. Events are ignored here: QEMU writes them to events.log.
#pragma once

#include <optional>
#include <string>

#include "resources/files/unique_fd.h"
#include "resources/process/deadline.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

class QmpClient {
 public:
  // Never blocks; capabilities are negotiated by the first command. NotFound: no such socket. Busy: too many wait for it.
  static Result<QmpClient> connect(const std::string& path);

  // For poll(2): readable when receive() may have something.
  int fd() const { return socket_.get(); }

  // Sends a command without waiting; its number. Busy when the socket takes no more.
  Result<int> send(const std::string& command, Value arguments = {});
  // What has arrived, never blocks: the "return" of command `number`, or nothing yet. Replies to others are dropped.
  // Failed: QEMU refused the command, or closed the connection.
  Result<std::optional<Value>> receive(int number);
  // send and receive. Busy: no answer by the deadline.
  Result<Value> call(const std::string& command, const Deadline& deadline, Value arguments = {});
  // A command that takes a descriptor with it: add-fd, getfd.
  Result<Value> call_with(const UniqueFd& passed, const std::string& command, const Deadline& deadline);

 private:
  explicit QmpClient(UniqueFd socket) : socket_(std::move(socket)) {}
  Result<int> send_request(const std::string& command, Value arguments, int passed);
  Result<Value> await_reply(int number, const std::string& command, const Deadline& deadline);
  Status read_available();

  UniqueFd socket_;
  std::string buffer_{};
  int last_number_ = 0;
};

}  // namespace cowherd
