// SPDX-License-Identifier: Apache-2.0
// Time that moves when told.
#pragma once

#include "resources/files/clock.h"

namespace cowherd::testing {

class ManualClock final : public Clock {
 public:
  Moment now() const override { return now_; }
  void advance(Span by) { now_ += by; }
  void set(Moment moment) { now_ = moment; }

 private:
  Moment now_ = Moment{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};
};

}  // namespace cowherd::testing
