// SPDX-License-Identifier: Apache-2.0
// How many events are remembered, for how long, and which are one.
#pragma once

#include "resources/vocabulary/moment.h"

namespace cowherd {

inline constexpr Span kSameEventWithin = std::chrono::minutes{10};
inline constexpr Span kEventsKeptFor = std::chrono::hours{7 * 24};
inline constexpr std::int64_t kMostEvents = 20'000;

}  // namespace cowherd
