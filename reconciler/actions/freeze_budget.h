// SPDX-License-Identifier: Apache-2.0
// Work that must end within a time, because a guest stands still meanwhile: the same control as the step's, which also says
// stop once the time is over. The clock is read whenever the work tells its progress.
#pragma once

#include <functional>
#include <stop_token>

#include "resources/files/bulk.h"
#include "resources/files/clock.h"

namespace cowherd {

class FreezeBudget {
 public:
  FreezeBudget(const BulkControl& outer, Clock& clock, Span budget)
      : outer_(outer), clock_(clock), begun_(clock.now()), budget_(budget) {
    control_.stop = source_.get_token();
    control_.progress = [this](Bytes done, Bytes total) {
      done_ = done;
      total_ = total;
      if (is_over()) source_.request_stop();
      if (outer_.progress) outer_.progress(done, total);
    };
  }

  const BulkControl& control() const { return control_; }
  bool is_over() const { return spent() > budget_; }
  Span spent() const { return clock_.now() - begun_; }
  Bytes done() const { return done_; }
  Bytes total() const { return total_; }

 private:
  const BulkControl& outer_;
  Clock& clock_;
  Moment begun_;
  Span budget_;
  Bytes done_{};
  Bytes total_{};
  std::stop_source source_{};
  std::stop_callback<std::function<void()>> on_stop_{outer_.stop, [this] { source_.request_stop(); }};
  BulkControl control_{};
};

}  // namespace cowherd
