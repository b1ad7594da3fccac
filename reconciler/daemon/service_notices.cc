// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/service_notices.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>

namespace cowherd {

namespace {

// sd_notify(3): with RELOADING=1 comes the time at which the reload began.
std::string monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000);
}

}  // namespace

ServiceNotices ServiceNotices::of_this_process() {
  ServiceNotices notices;
  notices.listens_ = std::getenv("NOTIFY_SOCKET") != nullptr;
  std::uint64_t limit = 0;  // microseconds; systemd.service(5) asks for a sign in half of it
  if (::sd_watchdog_enabled(0, &limit) > 0) {
    notices.between_signs_ = std::chrono::duration_cast<Span>(std::chrono::microseconds(limit / 3));
  }
  return notices;
}

void ServiceNotices::send(const std::string& state) {
  if (listens_) (void)::sd_notify(0, state.c_str());  // whoever does not listen any more is told nothing
}

void ServiceNotices::ready() { send("READY=1"); }

void ServiceNotices::status(const std::string& line) {
  if (line == last_status_) return;
  last_status_ = line;
  send("STATUS=" + line);
}

void ServiceNotices::reloading() { send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds()); }

void ServiceNotices::stopping() { send("STOPPING=1"); }

void ServiceNotices::alive(Moment now) {
  if (!between_signs_ || (now >= last_sign_ && now - last_sign_ < *between_signs_)) return;
  last_sign_ = now;
  send("WATCHDOG=1");
}

}  // namespace cowherd
