// SPDX-License-Identifier: Apache-2.0
// How long the parts of a step took, for its log line and its event.
#pragma once

#include <optional>
#include <string>

#include "resources/files/bulk.h"
#include "resources/files/clock.h"

namespace cowherd {

class Timings {
 public:
  explicit Timings(Clock& clock) : clock_(clock), last_(clock.now()) {}

  // Ends a part.
  void lap(const std::string& part) {
    const Moment now = clock_.now();
    note(part + " " + std::to_string((now - last_).count()) + " ms");
    last_ = now;
  }
  // How long a guest stood still for the step, all in all.
  void note_frozen(Span span) {
    frozen_ = span;
    note("frozen for " + std::to_string(span.count()) + " ms");
  }
  void note(const std::string& text) { text_ += (text_.empty() ? "" : ", ") + text; }
  void tell(const BulkControl& control) const {
    if (control.tell) control.tell(text_);
    if (frozen_ && control.tell_frozen) control.tell_frozen(*frozen_);
  }

 private:
  Clock& clock_;
  Moment last_;
  std::string text_{};
  std::optional<Span> frozen_{};
};

}  // namespace cowherd
