// SPDX-License-Identifier: Apache-2.0
// Follows objects through the daemon's API: first what is there, then what changes. For commands that wait.
#pragma once

#include <string>
#include <vector>

#include "reconciler/api/http/client.h"
#include "reconciler/commands/exit_code.h"
#include "resources/kinds/object.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

struct Followed {
  Kind kind = Kind::Sandbox;
  std::string name{};  // empty: all of the kind
};

struct News {
  bool is_gone = false;
  Value document{};  // as `get -o json` prints it; of what went: as it was
};

class Following {
 public:
  Following(std::string socket, std::vector<Followed> followed) : socket_(std::move(socket)), followed_(std::move(followed)) {}

  // What is there now, in the order of what is followed; from then on next() tells what changes. May be called again.
  // NotFound: no daemon answers. Busy: it is not ready to. Denied: not to us.
  Result<std::vector<News>> begin();
  // The same while the daemon starts, or is started again: tries until it can, at most so long.
  Result<std::vector<News>> begin_again(Span most);
  // Waits for changes, at most so long; none came when it is empty. Stale: the watch ended; begin again.
  Result<std::vector<News>> next(Span most);

 private:
  std::string socket_;
  std::vector<Followed> followed_;
  std::vector<Exchange> watches_{};
};

// Says on stderr why there is no answer, and what to do about it: NoDaemon, Permission or Failure.
ExitCode tell_unanswered(const Error& error);

}  // namespace cowherd
