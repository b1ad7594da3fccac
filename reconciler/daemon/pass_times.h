// SPDX-License-Identifier: Apache-2.0
// How long the parts of one pass took, by a clock that does not jump.
#pragma once

#include <chrono>

namespace cowherd {

using Seconds = std::chrono::duration<double>;

struct PassTimes {
  Seconds load{};     // reading the manifests
  Seconds look{};     // at the host
  Seconds plan{};     // wishes, lineage, differences
  Seconds execute{};  // beginning what can begin
  Seconds report{};   // statuses, events
  Seconds whole() const { return load + look + plan + execute + report; }
};

class Stopwatch {
 public:
  // Since the lap before, or since it was made.
  Seconds lap() {
    const auto now = std::chrono::steady_clock::now();
    const Seconds took = now - last_;
    last_ = now;
    return took;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace cowherd
