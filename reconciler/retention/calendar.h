// SPDX-License-Identifier: Apache-2.0
// The calendar that retention counts by: UTC, ISO 8601 weeks (Monday first; the week belongs to the year of its Thursday).
#pragma once

#include <cstdint>
#include <string>

#include "resources/kinds/retention_policy.h"

namespace cowherd {

enum class Bucket { Hour, Day, Week, Month, Year };

// The same number for moments of the same hour, day, …; another one for every other.
std::int64_t bucket_of(Bucket bucket, Moment moment);

// "2026-11-20 13h", "2026-11-20", "2026-W47", "2026-11", "2026"
std::string print_bucket(Bucket bucket, Moment moment);

// Back by years, months and days of the calendar, then by hours. A day that its month does not have is counted on into
// the next one, as Go's Time.AddDate does and restic with it: one month before 31 March 2026 is 3 March.
Moment back_by(Moment moment, const CalendarSpan& span);

}  // namespace cowherd
