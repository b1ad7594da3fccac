// SPDX-License-Identifier: Apache-2.0
// The tick: the program's table of contents. One pass loads, looks, expands, plans, carries out and reports; the same
// code serves `run`, `apply` and, stopping before the carrying out, `plan`. Used from one thread; never waits.
#pragma once

#include "reconciler/daemon/picture.h"
#include "reconciler/daemon/reporter.h"
#include "reconciler/daemon/status.h"
#include "reconciler/execute/executor.h"

namespace cowherd {

// Where the world stands against the declaration.
enum class Standing {
  Working,    // steps under way or to come, or time will bring some soon
  Converged,  // nothing to do
  Held,       // a guard or an approval is waited for
  Stuck,      // something does not converge by itself: missing files, invalid manifests, repeated failures
};

class Reconciler {
 public:
  Reconciler(World world, Executor& executor, Reporter& reporter) : world_(world), executor_(executor), reporter_(reporter) {}

  // One full pass. What is in flight goes on.
  void tick();
  // Takes what ended and starts what can start. True when everything begun has ended: a new look is due.
  bool advance();
  // Called with each step that ended. It must not block.
  void tell_outcomes_to(std::function<void(const Outcome&)> listener) { listener_ = std::move(listener); }

  // What the last plan has not begun yet waits for another pass to say so.
  void hold_the_rest() { executor_.adopt(Plan{}); }

  // Of the last pass.
  const Picture& picture() const { return picture_; }
  const std::vector<ObjectStatus>& statuses() const { return statuses_; }
  // When time alone makes a new look worthwhile; `resync` from the last one at the latest.
  Moment next_wake(Span resync) const;
  Standing standing() const;
  // The last pass knew what is declared and what is not: no file was being saved, and no absence was still to be confirmed.
  bool is_settled() const;
  // Steps are under way.
  bool is_busy() const { return !executor_.in_flight().empty(); }

 private:
  // Of what ended since the last call.
  std::size_t report_outcomes();

  World world_;
  Executor& executor_;
  Reporter& reporter_;
  Picture picture_{};
  std::vector<ObjectStatus> statuses_{};
  std::function<void(const Outcome&)> listener_{};
};

}  // namespace cowherd
