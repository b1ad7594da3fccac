// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/shutdown.h"

#include <csignal>

#include "resources/machine/qemu/qmp.h"

namespace cowherd {
namespace {

constexpr Span kReplyDeadline = std::chrono::seconds{1};
constexpr Span kQuitDeadline = std::chrono::seconds{2};
constexpr Span kKillDeadline = std::chrono::seconds{4};
constexpr Span kPressAgain = std::chrono::seconds{2};

bool ended(const UniqueFd& pidfd, const Deadline& deadline) { return await_exit(pidfd, deadline).has_value(); }

bool guest_runs(QmpClient& client) {
  const Result<Value> status = client.call("query-status", Deadline::after(kReplyDeadline));
  return status && string_at(*status, "status").value_or("") == "running";
}

// Pressed again and again: a guest that is still booting does not hear the first ones.
bool power_off(const RuntimeDir& dir, const UniqueFd& pidfd, const Deadline& deadline) {
  Result<QmpClient> client = QmpClient::connect(dir.control_socket());
  if (!client || !guest_runs(*client)) return ended(pidfd, Deadline::after(Span{0}));
  while (!deadline.passed()) {
    const Result<Value> pressed = client->call("system_powerdown", Deadline::after(kReplyDeadline));
    // Refused or gone: either it is dying already, or it will not be talked to.
    if (!pressed) return ended(pidfd, Deadline::after(kReplyDeadline));
    if (ended(pidfd, deadline.within(kPressAgain))) return true;
  }
  return false;
}

bool quit(const RuntimeDir& dir, const UniqueFd& pidfd) {
  const Deadline deadline = Deadline::after(kQuitDeadline);
  Result<QmpClient> client = QmpClient::connect(dir.control_socket());
  // The connection often closes before the reply: what counts is the process.
  if (client) static_cast<void>(client->call("quit", deadline).has_value());
  return client && ended(pidfd, deadline);
}

}  // namespace

Status shut_down(const RuntimeDir& dir, const UniqueFd& pidfd, StopMode mode, Span grace) {
  if (mode == StopMode::Graceful && power_off(dir, pidfd, Deadline::after(grace))) return {};
  if (mode == StopMode::Graceful && quit(dir, pidfd)) return {};
  COWHERD_TRY(signal_process(pidfd, SIGKILL));
  return await_exit(pidfd, Deadline::after(kKillDeadline)).in("killing QEMU");
}

}  // namespace cowherd
