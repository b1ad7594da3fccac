// SPDX-License-Identifier: Apache-2.0
// What a person may give as the reason of something: one line of at most 1 KiB, or nothing.
#pragma once

#include <string>

#include "resources/vocabulary/result.h"

namespace cowherd {

// Invalid for anything else.
Status check_reason(const std::string& reason);

}  // namespace cowherd
