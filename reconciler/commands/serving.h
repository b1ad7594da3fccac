// SPDX-License-Identifier: Apache-2.0
// The API of `run`: a board and measures that the loop fills, a desk that it takes orders from, and the server in front of all.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "reconciler/api/board.h"
#include "reconciler/api/http/server.h"
#include "reconciler/commands/session.h"
#include "reconciler/daemon/loop.h"
#include "reconciler/metrics/metrics.h"

namespace cowherd {

class Serving {
 public:
  // ask_for_look: from any thread, must not block. Only a configuration that cannot be meant is a failure. Where the socket
  // cannot be had, guests are more important than their clients: it is said in the log and in an event, and nothing is served.
  static std::variant<std::unique_ptr<Serving>, SessionFailure> begin(Session& session, std::function<void()> ask_for_look);
  // After each look: posts it, and carries out the orders that it can judge.
  void look_ended(Reconciler& pass);
  // After each sleep, and with each step that ended.
  void count(const Wake& wake, const Executor& executor);
  void count(const Outcome& outcome);

 private:
  Serving(Session& session, BoardVersion first, std::function<void()> ask_for_look);
  void carry_out_orders(Reconciler& pass);
  bool is_judged(const WaitingOrder& waiting, const Reconciler& pass);
  bool has_polled(const WaitingOrder& waiting, const Declaration& declared);
  ApiAnswer carry_out(const WaitingOrder& waiting, const Picture& picture);
  ApiAnswer tell_look(const WaitingOrder& waiting, const Picture& picture);

  Session& session_;
  Board board_;
  std::function<void()> ask_for_look_;
  OrderDesk desk_;
  Metrics metrics_;
  std::unique_ptr<ApiServer> server_{};  // reads all of them, so it goes first
};

}  // namespace cowherd
