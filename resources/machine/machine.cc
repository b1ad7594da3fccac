// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/machine.h"

namespace cowherd {

std::string_view to_string(MachinePhase phase) {
  switch (phase) {
    case MachinePhase::Running: return "Running";
    case MachinePhase::Paused: return "Paused";
    case MachinePhase::DiskStopped: return "DiskStopped";
    case MachinePhase::Unresponsive: return "Unresponsive";
    case MachinePhase::Dead: return "Dead";
  }
  return "Dead";
}

std::string_view to_string(ExitReason reason) {
  switch (reason) {
    case ExitReason::GuestShutdown: return "GuestShutdown";
    case ExitReason::GuestReset: return "GuestReset";
    case ExitReason::GuestPanic: return "GuestPanic";
    case ExitReason::Stopped: return "Stopped";
    case ExitReason::OutOfMemory: return "OutOfMemory";
    case ExitReason::Killed: return "Killed";
    case ExitReason::Unseen: return "Unseen";
  }
  return "Unseen";
}

bool is_success(ExitReason reason) {
  return reason == ExitReason::GuestShutdown || reason == ExitReason::Stopped;
}

}  // namespace cowherd
