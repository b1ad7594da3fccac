// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/tsc_frequency.h"

#include <ctime>

#if defined(__x86_64__)
#include <poll.h>
#include <x86intrin.h>

#include <limits>
#endif

namespace cowherd {

#if defined(__x86_64__)
namespace {

struct Sample {
  std::uint64_t ticks = 0;
  std::int64_t nanoseconds = 0;
};

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Both clocks at one moment: of many tries the one during which the least time passed, so that a preempted try is not it.
Sample sample() {
  constexpr int kTries = 50;
  Sample best;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const std::int64_t before = now_ns();
    const std::uint64_t ticks = __rdtsc();
    const std::int64_t after = now_ns();
    if (after - before >= least) continue;
    least = after - before;
    best = {ticks, before + (after - before) / 2};
  }
  return best;
}

}  // namespace

std::optional<std::uint64_t> measure_tsc_khz() {
  constexpr int kMilliseconds = 25;
  const Sample first = sample();
  static_cast<void>(::poll(nullptr, 0, kMilliseconds));
  const Sample last = sample();
  const std::int64_t elapsed = last.nanoseconds - first.nanoseconds;
  if (elapsed <= 0 || last.ticks <= first.ticks) return std::nullopt;
  const double khz = static_cast<double>(last.ticks - first.ticks) * 1e6 / static_cast<double>(elapsed);
  return static_cast<std::uint64_t>(khz + 0.5);
}
#else
std::optional<std::uint64_t> measure_tsc_khz() { return std::nullopt; }
#endif

}  // namespace cowherd
