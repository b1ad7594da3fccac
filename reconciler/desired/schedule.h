// SPDX-License-Identifier: Apache-2.0
// When a sandbox's `snapshots` are due. The anchor is the last run, else the creation; due moments are its multiples of
// `every`, so that they never drift. The truth of a run is the snapshot's directory; sandbox.json remembers it for the time
// when that is gone. Pure.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "reconciler/desired/expand.h"

namespace cowherd {

// The newest run that is known of. One in the future is a clock that was wrong, and counts only while there is no other.
std::optional<ScheduledRun> last_run(const StoreContents& store, const SandboxIdentity& sandbox, Moment now);

// The last moment that was due and for which nothing was taken; nothing while none is, or without a schedule.
std::optional<Moment> due_run(const SandboxIdentity& sandbox, Moment now);
// The first one after now. Precondition: it has a schedule.
Moment next_run(const SandboxIdentity& sandbox, Moment now);

// What is to be captured now, under names that nothing else has.
void add_scheduled(const ExpandInput& input, const FreshUid& fresh_uid, Wanted& wanted);

}  // namespace cowherd
