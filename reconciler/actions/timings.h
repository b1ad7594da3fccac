// SPDX-License-Identifier: Apache-2.0
// How long the parts of a step took, for its log line and its event.
#pragma once

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
  void note(const std::string& text) { text_ += (text_.empty() ? "" : ", ") + text; }
  void tell(const BulkControl& control) const {
    if (control.tell) control.tell(text_);
  }

 private:
  Clock& clock_;
  Moment last_;
  std::string text_{};
};

}  // namespace cowherd
