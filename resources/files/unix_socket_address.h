// SPDX-License-Identifier: Apache-2.0
// Names of unix stream sockets and connecting to them (unix(7)).
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// Invalid: the path has more than the 107 bytes that fit.
Result<sockaddr_un> unix_address(const std::string& path);

// As bind(2) and connect(2) take it.
inline const sockaddr* plain(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// A descriptor that does not block, close-on-exec; never waits. The error's errno_value says why not: ECONNREFUSED when
// nobody listens, EAGAIN when others wait already.
Result<UniqueFd> connect_unix(const std::string& path);

}  // namespace cowherd
