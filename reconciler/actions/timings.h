// SPDX-License-Identifier: Apache-2.0
// How long the parts of a step took, for its log line and its event.
#pragma once

#include <optional>
#include <string>
#include <string_view>

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
  // How long a guest stood still for the step, all in all; told_frozen() reads it back.
  void note_frozen(Span span) { note(std::string(kFrozen) + std::to_string(span.count()) + " ms"); }
  void note(const std::string& text) { text_ += (text_.empty() ? "" : ", ") + text; }
  void tell(const BulkControl& control) const {
    if (control.tell) control.tell(text_);
  }

 private:
  friend std::optional<Span> told_frozen(std::string_view details);
  static constexpr std::string_view kFrozen = "frozen for ";

  Clock& clock_;
  Moment last_;
  std::string text_{};
};

// From the details of an outcome; nothing where no guest stood still.
std::optional<Span> told_frozen(std::string_view details);

}  // namespace cowherd
