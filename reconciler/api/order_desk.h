// SPDX-License-Identifier: Apache-2.0
// Where orders lie between the server's thread, which hands them in and fetches the answers, and the loop, which carries them
// out. Neither waits for the other. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "reconciler/api/admission.h"
#include "reconciler/api/answer.h"
#include "reconciler/api/order.h"

namespace cowherd {

using OrderTicket = std::uint64_t;

struct WaitingOrder {
  OrderTicket ticket = 0;
  Order order{};
  Peer peer{};
  Moment since{};
  int looks = 0;  // that ended since it was handed in; the first of them may have begun before
};

class OrderDesk {
 public:
  // wake_loop: asks for a look; from any thread, must not block.
  OrderDesk(std::function<void()> wake_loop, std::size_t most = 64) : wake_loop_(std::move(wake_loop)), most_(most) {}

  // Nothing: too many wait.
  std::optional<OrderTicket> hand_in(Order order, Peer peer, Moment now);
  // Who handed it in has gone. An order that was carried out stays so.
  void withdraw(OrderTicket ticket);
  std::optional<ApiAnswer> fetch_answer(OrderTicket ticket);

  // After a look: all that wait, oldest first; each counts the look.
  std::vector<WaitingOrder> after_look();
  void answer(OrderTicket ticket, ApiAnswer answer);

 private:
  struct Lying {
    WaitingOrder order{};
    std::optional<ApiAnswer> answer{};
  };

  std::function<void()> wake_loop_;
  std::size_t most_;
  std::mutex mutex_{};
  OrderTicket last_ = 0;
  std::map<OrderTicket, Lying> lying_{};
};

}  // namespace cowherd
