// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/loop.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace cowherd {

namespace {

constexpr std::uint64_t kSignalTag = 1;
constexpr std::uint64_t kManifestTag = 2;
constexpr std::uint64_t kMachineTag = 3;
constexpr std::uint64_t kApprovalTag = 4;

// A storm of events costs at most this many looks a second.
constexpr Span kLeastBetweenLooks{100};
// A guest writes its console as fast as it can: between two passes it could fill the disk.
constexpr Span kBetweenLogChecks = std::chrono::seconds{2};
constexpr Span kBetweenProgress{200};
constexpr Span kWindDown = std::chrono::seconds{10};

WakeCause cause_of(std::uint64_t tag) {
  switch (tag) {
    case kSignalTag: return WakeCause::Signal;
    case kManifestTag: return WakeCause::Manifests;
    case kMachineTag: return WakeCause::Machine;
    case kApprovalTag: return WakeCause::Approval;
    default: return WakeCause::Step;
  }
}

Wake wake_of(const std::vector<std::uint64_t>& tags, Moment due, Moment woken) {
  if (tags.empty()) return {{WakeCause::Time}, std::max(Span{}, woken - due)};
  Wake wake;
  for (const std::uint64_t tag : tags) wake.causes.push_back(cause_of(tag));
  return wake;
}

}  // namespace

Result<Signals> Signals::block() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    return fail(errno_error(error, "block signals"));
  }
  std::signal(SIGPIPE, SIG_IGN);
  UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return fail(errno_error(errno, "create a signalfd"));
  return Signals(std::move(fd));
}

Signals::Request Signals::take() {
  Request request = Request::None;
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const bool again = static_cast<int>(info.ssi_signo) == SIGHUP;
    if (!again) return Request::Stop;
    request = Request::LookAgain;
  }
  return request;
}

Status Loop::start() {
  COWHERD_TRY(parts_.wakeups.watch(parts_.signals.fd(), kSignalTag));
  for (const DirectoryWatcher& watcher : parts_.watchers) {
    if (watcher.fd() >= 0) COWHERD_TRY(parts_.wakeups.watch(watcher.fd(), kManifestTag));
  }
  if (approvals_.fd() >= 0) COWHERD_TRY(parts_.wakeups.watch(approvals_.fd(), kApprovalTag));
  look();
  return {};
}

void Loop::look() {
  look_due_ = false;
  last_look_ = parts_.clock.now();
  asked_ = false;
  for (DirectoryWatcher& watcher : parts_.watchers) watcher.re_arm();  // what changes after it is read wakes the next look
  parts_.reconciler.tick();
  if (listener_) listener_(parts_.reconciler);
  (void)watch_machines();  // without a notice the next periodic look sees the exit
}

void Loop::ask_for_look() {
  asked_ = true;
  parts_.wakeups.notify();
}

Status Loop::watch_machines() {
  const auto& machines = parts_.reconciler.picture().seen.machines;
  std::erase_if(exits_, [&](const auto& watched) {
    const auto seen = machines.find(watched.first);
    const bool lives = seen != machines.end() && seen->second.known() && seen->second->phase != MachinePhase::Dead;
    if (!lives) parts_.wakeups.unwatch(watched.second.get());
    return !lives;
  });
  for (const auto& [uid, machine] : machines) {
    if (!machine.known() || machine->phase == MachinePhase::Dead || exits_.contains(uid)) continue;
    COWHERD_ASSIGN(UniqueFd notice, parts_.machines.exit_notice(uid));
    COWHERD_TRY(parts_.wakeups.watch(notice.get(), kMachineTag));
    exits_.emplace(uid, std::move(notice));
  }
  return {};
}

// One stat(2) for each running VM. A log that cannot be bounded is tried again; the space guard watches over the rest.
void Loop::bound_serial_logs() {
  logs_bounded_ = parts_.clock.now();
  for (const auto& [uid, notice] : exits_) {
    (void)parts_.machines.bound_serial_log(parts_.layout.sandbox_dir(uid) + "/" + kSerialLog);
  }
}

bool Loop::handle(const std::vector<std::uint64_t>& tags) {
  if (std::find(tags.begin(), tags.end(), kApprovalTag) != tags.end()) {
    approvals_.drain();
    parts_.reconciler.hold_the_rest();  // it may be a suspension
    look_due_ = true;
  }
  for (const std::uint64_t tag : tags) {
    if (tag == kSignalTag) {
      const Signals::Request request = parts_.signals.take();
      if (request == Signals::Request::Stop) return true;
      if (request == Signals::Request::LookAgain) {
        parts_.notices.reloading();
        reloads_ = true;
        look_due_ = true;
      }
    }
    if (tag == kManifestTag) drain_watchers();
    if (tag == kMachineTag) look_due_ = true;
    if (tag == Wakeups::kNotified && (parts_.reconciler.advance() || asked_)) look_due_ = true;
  }
  return false;
}

void Loop::drain_watchers() {
  for (DirectoryWatcher& watcher : parts_.watchers) {
    if (watcher.drain()) look_due_ = true;
  }
}

void Loop::sleep(Moment no_later_than) {
  const Moment now = parts_.clock.now();
  Moment until = std::min(no_later_than, parts_.reconciler.next_wake(parts_.resync));
  if (look_due_) until = std::min(until, last_look_ + kLeastBetweenLooks);
  if (!exits_.empty()) until = std::min(until, logs_bounded_ + kBetweenLogChecks);
  if (const auto between = parts_.notices.between_signs()) until = std::min(until, now + *between);
  const std::vector<Running> running = parts_.progress ? parts_.executor.running() : std::vector<Running>{};
  if (!running.empty()) {
    parts_.progress(running);
    until = std::min(until, now + kBetweenProgress);
  }
  const std::vector<std::uint64_t> tags = parts_.wakeups.wait(std::max(Span{}, until - now));
  const Wake wake = wake_of(tags, until, parts_.clock.now());
  if (!running.empty()) parts_.progress({});
  stop_ = handle(tags);
  const Moment woken = parts_.clock.now();
  if (woken - logs_bounded_ >= kBetweenLogChecks) bound_serial_logs();
  if (woken >= parts_.reconciler.next_wake(parts_.resync)) look_due_ = true;
  if (!stop_ && look_due_ && woken - last_look_ >= kLeastBetweenLooks) look();
  tell_service_manager();
  if (wake_listener_) wake_listener_(wake);
}

void Loop::tell_service_manager() {
  if (!parts_.notices.listens()) return;
  parts_.notices.alive(parts_.clock.now());
  if (reloads_ && !look_due_) {
    parts_.notices.ready();
    reloads_ = false;
  }
  const std::size_t under_way = parts_.executor.in_flight().size();
  if (told_look_ == last_look_ && told_under_way_ == under_way) return;
  told_look_ = last_look_;
  told_under_way_ = under_way;
  parts_.notices.status(summary_of(parts_.reconciler.statuses(), under_way));
}

Status Loop::run() {
  COWHERD_TRY(start());
  tell_service_manager();
  parts_.notices.ready();
  while (!stop_) sleep(parts_.clock.now() + parts_.resync);
  parts_.notices.stopping();
  wind_down();
  return {};
}

Result<LoopEnd> Loop::run_until_settled(Span most) {
  COWHERD_TRY(start());
  const Moment deadline = parts_.clock.now() + most;
  while (true) {
    if (parts_.reconciler.standing() != Standing::Working && !look_due_) return LoopEnd::Settled;
    if (parts_.clock.now() >= deadline) {
      wind_down();
      return LoopEnd::TimedOut;
    }
    sleep(deadline);
    if (stop_) {
      wind_down();
      return LoopEnd::Stopped;
    }
  }
}

// Long copies stop and are collected as leftovers later; short steps end.
void Loop::wind_down() {
  parts_.executor.adopt(Plan{});
  parts_.executor.request_stop();
  const Moment deadline = parts_.clock.now() + kWindDown;
  while (!parts_.executor.in_flight().empty() && parts_.clock.now() < deadline) {
    (void)parts_.wakeups.wait(deadline - parts_.clock.now());
    (void)parts_.reconciler.advance();
  }
}

}  // namespace cowherd
