// SPDX-License-Identifier: Apache-2.0
// The serial console of a VM as a stream of bytes. QEMU serves one client at a time and leaves the next one waiting
// without a word; who is served is told by /proc/net/unix (proc(5): the state of a socket with that path is 03 when it is
// connected and 02 while it waits to be accepted).
#pragma once

#include <string>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// A connected, non-blocking socket that QEMU serves; blocks until it does, at most the deadline. NotFound: no VM has this
// socket. Busy: somebody else is attached. Failed: the VM does not answer.
Result<UniqueFd> attach_console(const std::string& serial_socket, Span deadline);

}  // namespace cowherd
