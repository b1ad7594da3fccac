// SPDX-License-Identifier: Apache-2.0
// Where steps run.
#pragma once

#include <functional>

namespace cowherd {

class Workers {
 public:
  virtual ~Workers() = default;
  virtual void run(std::function<void()> job) = 0;
};

// At once, in the caller.
class InlineWorkers final : public Workers {
 public:
  void run(std::function<void()> job) override { job(); }
};

// A thread per job; how many there are is bounded by the executor's lanes. A thread that hangs is abandoned: it is
// detached from the start, and what it refers to must outlive the process's main loop.
class ThreadWorkers final : public Workers {
 public:
  void run(std::function<void()> job) override;
};

}  // namespace cowherd
