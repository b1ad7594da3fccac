// SPDX-License-Identifier: Apache-2.0
// The rules of `keep`, as restic 0.16 applies them (internal/restic/snapshot_policy.go): each rule goes over a group from
// the newest to the oldest and keeps the newest of every bucket while it has room. The oldest of the group is kept by
// every counting rule that still has room when it gets there, also when its bucket has a newer one. within rules measure
// back from the group's newest; what was captured exactly at the edge is out. Rules are ORed.
#pragma once

#include <string>
#include <vector>

#include "reconciler/retention/decide.h"

namespace cowherd {

// No rule that could keep anything: none is written, or only counts and times of zero.
bool keeps_nothing(const KeepRules& rules);

// For each of the group, newest first, the rules that keep it; none for one that no rule keeps.
using Group = std::vector<const RetentionSnapshot*>;
std::vector<std::vector<std::string>> reasons_to_keep(const KeepRules& rules, const Group& newest_first);

}  // namespace cowherd
