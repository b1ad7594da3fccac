// SPDX-License-Identifier: Apache-2.0
// The API of `run`: a board that the loop posts to, a desk that it takes orders from, and the server in front of both.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "reconciler/api/board.h"
#include "reconciler/api/http/server.h"
#include "reconciler/commands/session.h"
#include "reconciler/daemon/reconciler.h"

namespace cowherd {

class Serving {
 public:
  // ask_for_look: from any thread, must not block. Only a configuration that cannot be meant is a failure. Where the socket
  // cannot be had, guests are more important than their clients: it is said in the log and in an event, and nothing is served.
  static std::variant<std::unique_ptr<Serving>, SessionFailure> begin(Session& session, std::function<void()> ask_for_look);
  // After each look: posts it, and carries out the orders that it can judge.
  void look_ended(const Reconciler& pass);

 private:
  Serving(Session& session, BoardVersion first, std::function<void()> ask_for_look)
      : session_(session), board_(first), ask_for_look_(std::move(ask_for_look)), desk_(ask_for_look_) {}
  void carry_out_orders(const Reconciler& pass);
  ApiAnswer carry_out(const WaitingOrder& waiting, const Picture& picture);
  ApiAnswer tell_deeds(Moment since);

  Session& session_;
  Board board_;
  std::function<void()> ask_for_look_;
  OrderDesk desk_;
  std::unique_ptr<ApiServer> server_{};  // reads board and desk, so it goes first
};

}  // namespace cowherd
