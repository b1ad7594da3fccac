// SPDX-License-Identifier: Apache-2.0
// Targets for space: while one is not met by what no rule keeps, the oldest that only rules keep go, too, one by one.
#pragma once

#include <string>
#include <vector>

#include "reconciler/retention/judged.h"

namespace cowherd {

// Marks what goes. judged: newest first. The target that is not met though all that may go goes, and by how much; else "".
std::string meet_space_targets(const RetentionPolicySpec& policy, const RetentionMoment& at, std::vector<Judged>& judged);

}  // namespace cowherd
