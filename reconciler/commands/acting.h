// SPDX-License-Identifier: Apache-2.0
// What `run` and `apply` share: the loop put together over a session that holds the lock.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "reconciler/commands/progress_bar.h"
#include "reconciler/commands/session.h"
#include "reconciler/daemon/loop.h"

namespace cowherd {

class Acting {
 public:
  // Blocks signals first, then opens the session: no thread may exist before the mask is set.
  static std::variant<std::unique_ptr<Acting>, SessionFailure> begin(const Options& options,
                                                                     const std::string& command);
  // Threads that ask servers call the loop: they end first.
  ~Acting() { session_->sources().stop(); }
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;
  Session& session() { return *session_; }
  Loop& loop() { return *loop_; }
  const Reconciler& reconciler() const { return *reconciler_; }
  const Executor& executor() const { return *executor_; }

 private:
  Acting(Signals signals, std::unique_ptr<Session> session, std::unique_ptr<Wakeups> wakeups);

  Signals signals_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Wakeups> wakeups_;
  ThreadWorkers workers_{};
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Reporter> reporter_;
  std::unique_ptr<Reconciler> reconciler_;
  std::vector<DirectoryWatcher> watchers_{};
  ProgressBar progress_{};
  std::unique_ptr<Loop> loop_;
};

// Ends the process without waiting for abandoned workers: what they would still touch is found by the next start.
[[noreturn]] void leave(ExitCode code);

}  // namespace cowherd
