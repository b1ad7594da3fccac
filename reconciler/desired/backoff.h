// SPDX-License-Identifier: Apache-2.0
// When a thing that failed n times in a row may be tried again: 1 s doubling to 5 min, with jitter that is a function
// of the key, so that planning stays pure and a crowd of failures does not come back at once.
#pragma once

#include <string_view>

#include "resources/vocabulary/moment.h"

namespace cowherd {

// failures >= 1. Between 75 % and 100 % of min(2^(failures-1) s, 300 s).
Span backoff_after(std::int64_t failures, std::string_view key);

}  // namespace cowherd
