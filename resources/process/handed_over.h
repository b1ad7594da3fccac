// SPDX-License-Identifier: Apache-2.0
// What a child is given, made ready before fork: between fork and exec nothing can be allocated.
#pragma once

#include <string>
#include <vector>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// The descriptor, or a duplicate of it that dup2 in the child, onto all numbers below `first`, cannot overwrite.
Result<UniqueFd> out_of_the_way(UniqueFd fd, int first);

// An argv or envp into `texts`, which must stay as they are.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

}  // namespace cowherd
