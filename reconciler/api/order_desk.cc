// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/order_desk.h"

#include <utility>

namespace cowherd {

std::optional<OrderTicket> OrderDesk::hand_in(Order order, Peer peer, Moment now) {
  OrderTicket ticket = 0;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (lying_.size() >= most_) return std::nullopt;
    ticket = ++last_;
    lying_[ticket].order = {ticket, std::move(order), std::move(peer), now, 0};
  }
  wake_loop_();
  return ticket;
}

void OrderDesk::withdraw(OrderTicket ticket) {
  const std::lock_guard<std::mutex> guard(mutex_);
  lying_.erase(ticket);
}

std::optional<ApiAnswer> OrderDesk::fetch_answer(OrderTicket ticket) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto found = lying_.find(ticket);
  if (found == lying_.end() || !found->second.answer) return std::nullopt;
  ApiAnswer answer = *std::move(found->second.answer);
  lying_.erase(found);
  return answer;
}

std::vector<WaitingOrder> OrderDesk::after_look() {
  const std::lock_guard<std::mutex> guard(mutex_);
  std::vector<WaitingOrder> waiting;
  for (auto& [ticket, lying] : lying_) {
    if (lying.answer) continue;
    ++lying.order.looks;
    waiting.push_back(lying.order);
  }
  return waiting;
}

void OrderDesk::answer(OrderTicket ticket, ApiAnswer answer) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto found = lying_.find(ticket);
  if (found != lying_.end()) found->second.answer = std::move(answer);
}

}  // namespace cowherd
