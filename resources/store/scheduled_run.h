// SPDX-License-Identifier: Apache-2.0
// The last run of a sandbox's `snapshots` schedule, as sandbox.json keeps it, and what tells that a sandbox is still as it
// was captured.
#pragma once

#include <string>

#include "resources/store/saved_memory.h"
#include "resources/vocabulary/fact.h"
#include "resources/vocabulary/moment.h"

namespace cowherd {

struct ScheduledRun {
  Moment due{};             // the moment of the schedule that it was taken for, not of the capture
  std::string standing{};   // standing_mark then; "" when a guest ran
  bool operator==(const ScheduledRun&) const = default;
};

// Of a sandbox without a VM: another text once its store was written or another memory is kept. Never empty.
std::string standing_mark(std::int64_t store_mtime_ns, const Fact<PauseImage>& image);

Value to_value(const ScheduledRun& run);
Result<ScheduledRun> parse_scheduled_run(const Value& value);

}  // namespace cowherd
