// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/acting.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>

#include "reconciler/commands/followed_sources.h"
#include "reconciler/daemon/log_lines.h"

namespace cowherd {

std::variant<std::unique_ptr<Acting>, SessionFailure> Acting::begin(const Options& options,
                                                                    const std::string& command) {
  begin_logging("cowherd");
  auto signals = Signals::block();
  if (!signals) return SessionFailure{ExitCode::Failure, to_string(signals.error())};
  auto wakeups = Wakeups::make();
  if (!wakeups) return SessionFailure{ExitCode::Failure, to_string(wakeups.error())};
  auto opened = Session::open(options, SessionMode::Acting, command);
  if (auto* failure = std::get_if<SessionFailure>(&opened)) return *failure;
  return std::unique_ptr<Acting>(new Acting(*std::move(signals), std::get<std::unique_ptr<Session>>(std::move(opened)),
                                            *std::move(wakeups)));  // the constructor is private
}

Acting::Acting(Signals signals, std::unique_ptr<Session> session, std::unique_ptr<Wakeups> wakeups)
    : signals_(std::move(signals)), session_(std::move(session)), wakeups_(std::move(wakeups)) {
  const Wakeups& bell = *wakeups_;
  executor_ = std::make_unique<Executor>(session_->host(), session_->catalog(), workers_, session_->lanes(),
                                         [&bell] { bell.notify(); });
  reporter_ = std::make_unique<Reporter>(session_->catalog(), session_->clock(), session_->index());
  reconciler_ = std::make_unique<Reconciler>(session_->world(), *executor_, *reporter_);
  for (const std::string& directory : watched_directories(session_->config(), session_->options().manifests)) {
    watchers_.emplace_back(directory);
  }
  std::function<void(const std::vector<Running>&)> progress;
  if (progress_.is_shown()) {
    progress = [this](const std::vector<Running>& running) { progress_.show(running, session_->clock().now()); };
  }
  loop_ = std::make_unique<Loop>(LoopParts{*reconciler_, *executor_, *wakeups_, watchers_, signals_,
                                           session_->machines(), session_->clock(), session_->layout(),
                                           session_->config().resync, std::move(progress),
                                           ServiceNotices::of_this_process()});
  session_->sources().follow(session_->clock(), [this] { loop_->ask_for_look(); });
}

void leave(ExitCode code) {
  spdlog::shutdown();
  std::fflush(nullptr);
  ::_exit(static_cast<int>(code));
}

}  // namespace cowherd
