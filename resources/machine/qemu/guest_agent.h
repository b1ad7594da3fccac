// SPDX-License-Identifier: Apache-2.0
// qemu-guest-agent on a VM's agent port: freezing and thawing the guest's file systems. Protocol: QEMU
// docs/interop/qemu-ga-ref (guest-sync-delimited, guest-fsfreeze-freeze, guest-fsfreeze-thaw). A guest without an agent
// looks like one whose agent is slow: only the deadline tells.
#pragma once

#include <string>

#include "resources/process/deadline.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// Failed: no answer by the deadline, or the agent refused; nothing stays held, as soon as the agent hears us. Then it takes
// up to a second longer than the deadline.
Status quiesce_guest(const std::string& agent_socket, Span deadline);
// Not held is success.
Status unquiesce_guest(const std::string& agent_socket, Span deadline);

}  // namespace cowherd
