// SPDX-License-Identifier: Apache-2.0
// Sleeps between passes. Wakes for manifests, ended steps, ended VMs, signals and time; a full look happens every
// `resync` even if every event is lost. Stopping leaves every guest running.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "reconciler/daemon/reconciler.h"
#include "reconciler/daemon/service_notices.h"
#include "reconciler/daemon/wakeups.h"
#include "reconciler/source/directory_hint.h"
#include "reconciler/source/directory_watcher.h"

namespace cowherd {

// SIGTERM, SIGINT and SIGHUP as a descriptor. Made before any thread is, so that every thread inherits the mask.
class Signals {
 public:
  static Result<Signals> block();
  int fd() const { return fd_.get(); }
  enum class Request { None, Stop, LookAgain };
  Request take();

 private:
  explicit Signals(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

struct LoopParts {
  Reconciler& reconciler;
  Executor& executor;
  Wakeups& wakeups;
  std::vector<DirectoryWatcher>& watchers;
  Signals& signals;
  Machines& machines;
  Clock& clock;
  const Layout& layout;
  Span resync;
  // Told every now and then what is under way, while something has a measure; an empty list before anything is said
  // otherwise. None: nobody watches.
  std::function<void(const std::vector<Running>&)> progress{};
  ServiceNotices notices{};
};

// What ended a sleep.
enum class WakeCause { Time, Signal, Manifests, Machine, Approval, Step };

struct Wake {
  std::vector<WakeCause> causes{};
  std::optional<Span> late{};  // by how much, where time alone was the cause
};

enum class LoopEnd { Stopped, Settled, TimedOut };

class Loop {
 public:
  explicit Loop(LoopParts parts) : parts_(parts), approvals_(parts.layout.approvals()) {}

  // Called after each look. It must not block.
  void tell_looks_to(std::function<void(Reconciler&)> listener) { listener_ = std::move(listener); }
  // Called with each step that ended. It must not block.
  void tell_outcomes_to(std::function<void(const Outcome&)> listener) { parts_.reconciler.tell_outcomes_to(std::move(listener)); }
  // Called after each sleep, with what it led to done. It must not block.
  void tell_wakes_to(std::function<void(const Wake&)> listener) { wake_listener_ = std::move(listener); }

  // From any thread, even before run(); never blocks.
  void ask_for_look();

  // Until a signal says stop. The service manager is told that it is ready after the first look.
  Status run();
  // Until the world has settled (converged, held or stuck), a signal says stop, or the time is over.
  Result<LoopEnd> run_until_settled(Span most);

 private:
  Status start();
  void look();
  Status watch_machines();
  void bound_serial_logs();
  void drain_watchers();
  // True when a signal says stop.
  bool handle(const std::vector<std::uint64_t>& tags);
  void sleep(Moment no_later_than);
  void wind_down();
  void tell_service_manager();

  LoopParts parts_;
  std::function<void(Reconciler&)> listener_{};
  std::function<void(const Wake&)> wake_listener_{};
  DirectoryHint approvals_;
  std::map<Uid, UniqueFd> exits_{};
  Moment last_look_{};
  Moment logs_bounded_{};
  std::atomic<bool> asked_ = false;
  bool look_due_ = false;
  bool reloads_ = false;
  Moment told_look_{};  // what the service manager was told last is of this look
  std::size_t told_under_way_ = 0;
  bool stop_ = false;
};

}  // namespace cowherd
