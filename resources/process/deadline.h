// SPDX-License-Identifier: Apache-2.0
// The end of a wait, by the monotonic clock: a wait is a span and has nothing to do with the time of day.
#pragma once

#include <algorithm>
#include <chrono>

#include "resources/vocabulary/moment.h"

namespace cowherd {

class Deadline {
 public:
  static Deadline after(Span span) { return Deadline(std::chrono::steady_clock::now() + span); }

  // Never negative; rounded up, so that a wait of this long really reaches the deadline.
  Span left() const {
    const auto rest = std::chrono::ceil<Span>(end_ - std::chrono::steady_clock::now());
    return std::max(rest, Span{0});
  }
  bool passed() const { return left() == Span{0}; }
  // For poll(2).
  int milliseconds() const { return static_cast<int>(std::min<Span::rep>(left().count(), 3'600'000)); }
  // Whichever comes first.
  Deadline within(Span span) const { return Deadline(std::min(end_, std::chrono::steady_clock::now() + span)); }

 private:
  explicit Deadline(std::chrono::steady_clock::time_point end) : end_(end) {}
  std::chrono::steady_clock::time_point end_;
};

}  // namespace cowherd
