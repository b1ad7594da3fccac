// SPDX-License-Identifier: Apache-2.0
// The last look over a finished plan: what it may not do now is taken out, with all that comes after it, and said.
#pragma once

#include "reconciler/plan/make_plan.h"

namespace cowherd {

// Suspended objects, prune cap, empty directory, incomplete looks, backoff, low space. Deletions are counted by object.
Plan guard(const PlanInput& input, Plan plan);

}  // namespace cowherd
