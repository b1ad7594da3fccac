// SPDX-License-Identifier: Apache-2.0
// The API of `run`: a board that the loop posts to, and the server that reads it.
#pragma once

#include <memory>
#include <variant>

#include "reconciler/api/board.h"
#include "reconciler/api/http/server.h"
#include "reconciler/commands/session.h"
#include "reconciler/daemon/reconciler.h"

namespace cowherd {

class Serving {
 public:
  // Only a configuration that cannot be meant is a failure. Where the socket cannot be had, guests are more important than
  // their clients: it is said in the log and in an event, and nothing is served.
  static std::variant<std::unique_ptr<Serving>, SessionFailure> begin(Session& session);
  // After each look.
  void post(const Reconciler& pass);

 private:
  explicit Serving(BoardVersion first) : board_(first) {}

  Board board_;
  std::unique_ptr<ApiServer> server_{};  // reads the board, so it goes first
};

}  // namespace cowherd
