// SPDX-License-Identifier: Apache-2.0
// Points in time and spans, UTC, in milliseconds. There is no "now" here: time comes from files/clock.h.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "resources/vocabulary/result.h"

namespace cowherd {

using Span = std::chrono::milliseconds;
using Moment = std::chrono::sys_time<Span>;

// RFC 3339 in UTC with milliseconds only when they are not zero: "2026-11-20T18:03:00Z".
std::string print_moment(Moment moment);
Result<Moment> parse_moment(std::string_view text);
// For names, to the second: "20261120T180300Z". Nothing for a text that print_compact did not make.
std::string print_compact(Moment moment);
std::optional<Moment> parse_compact(std::string_view text);

// Durations as manifests spell them: [0-9]+(ms|s|m|h|d|w) joined, largest first ("1h30m"). Invalid otherwise.
Result<Span> parse_span(std::string_view text);
std::string print_span(Span span);
// At most two units, for people: "3d4h", "12s".
std::string print_age(Span span);

}  // namespace cowherd
