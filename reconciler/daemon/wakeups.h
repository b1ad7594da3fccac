// SPDX-License-Identifier: Apache-2.0
// What may end the daemon's sleep: descriptors, a notification from a worker, a time. A wakeup only says "look again":
// losing all of them costs time, never correctness.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

class Wakeups {
 public:
  static Result<std::unique_ptr<Wakeups>> make();

  // Becomes part of wait() under `tag` until removed or closed. The descriptor stays the caller's.
  Status watch(int fd, std::uint64_t tag);
  void unwatch(int fd);
  // Ends a wait(); safe from any thread and from a signal handler.
  void notify() const;
  // Sleeps until something happens or `most` is over. The tags that are ready; kNotified for notify().
  std::vector<std::uint64_t> wait(Span most);

  static constexpr std::uint64_t kNotified = ~std::uint64_t{0};

 private:
  Wakeups(UniqueFd epoll, UniqueFd event) : epoll_(std::move(epoll)), event_(std::move(event)) {}
  UniqueFd epoll_;
  UniqueFd event_;
};

}  // namespace cowherd
