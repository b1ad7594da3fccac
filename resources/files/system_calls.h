// SPDX-License-Identifier: Apache-2.0
// What the Linux implementations of this folder share: opening, and errno as an Error by the rules of file_system.h.
#pragma once

#include <string>
#include <string_view>

#include "resources/files/file_system.h"
#include "resources/files/unique_fd.h"

struct stat;

namespace cowherd {

// "<doing> '<path>': <reason>"; NotFound for ENOENT and ENOTDIR only, Busy for EEXIST.
Error path_error(int errno_value, std::string_view doing, const std::string& path);

// open(2), retried on EINTR, always O_CLOEXEC. Flags as in open(2); files are created 0600.
Result<UniqueFd> open_path(const std::string& path, int flags, std::string_view doing);

FileStamp to_stamp(const struct stat& found);

// Writes all of it at the descriptor's position.
Status write_all(int fd, std::string_view content, const std::string& path);

}  // namespace cowherd
