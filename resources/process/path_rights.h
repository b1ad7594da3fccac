// SPDX-License-Identifier: Apache-2.0
// What of the file system a child may touch, by Landlock (landlock(7); in kernels since 5.13). One more wall beside the
// child's user: a kernel without it, or with its first version, which forbids renames between directories, has no wall here.
#pragma once

#include <string>
#include <vector>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// Absolute paths, of files or of whole directories. One that does not exist is left out.
struct PathRights {
  std::vector<std::string> read{};   // and execute
  std::vector<std::string> write{};  // and read, make, remove, rename
};

// For landlock_restrict_self(2) in the child. Not valid: this kernel has nothing to give.
Result<UniqueFd> landlock_ruleset(const PathRights& rights);

}  // namespace cowherd
