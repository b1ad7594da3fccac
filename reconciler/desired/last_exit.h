// SPDX-License-Identifier: Apache-2.0
// How the end of a VM is remembered in its sandbox's identity; restartPolicy and its backoff read nothing else.
#pragma once

#include "resources/machine/machine.h"
#include "resources/store/identity.h"

namespace cowherd {

// A run this long ends a row of failures.
inline constexpr Span kLongRun = std::chrono::minutes{10};

// The identity with the exit recorded. An exit we asked for changes nothing; one recorded already counts once.
SandboxIdentity with_exit(SandboxIdentity identity, const MachineExit& exit, Moment started_at);

}  // namespace cowherd
