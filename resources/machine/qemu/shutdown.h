// SPDX-License-Identifier: Apache-2.0
// Ending a VM: the power button, then QMP quit, then SIGKILL; each with its own deadline.
#pragma once

#include "resources/machine/machine.h"
#include "resources/machine/qemu/process.h"
#include "resources/machine/qemu/runtime_dir.h"

namespace cowherd {

// The most that shutdown() takes beyond the grace.
inline constexpr Span kKillBudget = std::chrono::seconds{9};

// Returns when the process is dead. Busy: it does not die even by SIGKILL (a disk that does not answer). Graceful waits
// only where waiting can help: a guest that is paused or a VMM that hangs is ended at once.
Status shut_down(const RuntimeDir& dir, const UniqueFd& pidfd, StopMode mode, Span grace);

}  // namespace cowherd
