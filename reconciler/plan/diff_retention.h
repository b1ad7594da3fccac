// SPDX-License-Identifier: Apache-2.0
// From the declared policies and the snapshots of this host to what retention decides. Internal to plan/.
#pragma once

#include "reconciler/plan/make_plan.h"

namespace cowherd {

// Those that are captured and stay as far as anything but retention is concerned.
std::vector<RetentionSnapshot> retention_snapshots(const PlanInput& input);

// What the file system has, when it could be told.
RetentionMoment retention_moment(const PlanInput& input);

// Why no policy may remove anything in this pass.
std::optional<RetentionRefusal> retention_refusal(const PlanInput& input);

}  // namespace cowherd
