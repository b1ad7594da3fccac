// SPDX-License-Identifier: Apache-2.0
// The snapshot of a sandbox that leaves: of one whose document vanished, by its deletionPolicy; of one that is replaced, by
// its updateStrategy. Not of one that somebody lets go. Whether there is anything to capture is seen by the plan. Pure.
#pragma once

#include "reconciler/desired/expand.h"

namespace cowherd {

void add_last_snapshots(const ExpandInput& input, const FreshUid& fresh_uid, Wanted& wanted);

}  // namespace cowherd
