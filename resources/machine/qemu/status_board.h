// SPDX-License-Identifier: Apache-2.0
// Asks many VMMs for their status at once, within one budget of time. A VMM that does not answer costs the budget once:
// its question stays open, and later calls only see whether the answer has come.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "resources/machine/machine.h"
#include "resources/machine/qemu/process.h"
#include "resources/machine/qemu/qmp.h"

namespace cowherd {

struct StatusQuestion {
  Uid uid{};
  std::string socket{};
  ProcessIdentity process{};
};

// RunState of QEMU (qapi/run-state.json) as a phase. Unresponsive for one in which the VM can neither go on nor end.
MachinePhase phase_of(const std::string& run_state);

class StatusBoard {
 public:
  // One answer per question; Unresponsive when there was none in time, or none that makes sense. An open question that is
  // not asked again is forgotten. Safe from several threads.
  std::map<Uid, MachinePhase> ask(const std::vector<StatusQuestion>& questions, Span budget);

 private:
  struct Open {
    ProcessIdentity process{};
    QmpClient client;
    int number = 0;
  };

  std::mutex mutex_{};
  std::map<Uid, Open> overdue_{};
};

}  // namespace cowherd
