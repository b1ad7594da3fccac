// SPDX-License-Identifier: Apache-2.0
// Why a VM ended, from what it left behind. QEMU itself appends its QMP events to events.log, so this also tells what
// happened while no daemon ran. Pure.
//
// A kernel panic is a reset here: microvm has no pvpanic device. It needs panic=-1 among the guest's arguments, else a
// panicked guest hangs and nobody can tell.
#pragma once

#include <optional>
#include <string>

#include "resources/machine/qemu/runtime_record.h"

namespace cowherd {

struct ExitEvidence {
  std::string events{};                 // the end of events.log: one JSON document per line
  std::string vmm_log{};                // the end of what QEMU wrote to stderr
  std::optional<Moment> stop_until{};   // we asked it to stop, and would have killed it by then
  std::optional<SeenExit> seen{};
  std::optional<Bytes> outgrown{};      // the memory that it might have had, when the kernel killed it for more
  Moment last_sign{};                   // the last known moment of its life, when nobody saw the end
};

MachineExit judge_exit(const ExitEvidence& evidence);

// The last SHUTDOWN event, QEMU's docs/interop/qmp-spec and qapi/run-state.json (ShutdownCause).
struct ShutdownEvent {
  std::string reason{};  // guest-shutdown, guest-reset, guest-panic, host-qmp-quit, host-signal, …
  Moment at{};
};
std::optional<ShutdownEvent> last_shutdown(std::string_view events);

// The last lines of a log, trimmed to what a message can carry.
std::string last_words(std::string_view log);

}  // namespace cowherd
