// SPDX-License-Identifier: Apache-2.0
// The only source of time. Wall time for what people read and what survives a restart; there is nothing else to ask.
#pragma once

#include "resources/vocabulary/moment.h"

namespace cowherd {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Moment now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Moment now() const override {
    return std::chrono::floor<Span>(std::chrono::system_clock::now());
  }
};

}  // namespace cowherd
