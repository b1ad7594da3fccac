// SPDX-License-Identifier: Apache-2.0
// A snapshot on its way to a verdict. Internal to retention/.
#pragma once

#include <string>
#include <vector>

#include "reconciler/retention/decide.h"

namespace cowherd {

struct Judged {
  const RetentionSnapshot* snapshot = nullptr;  // owned by the input
  std::vector<std::string> rules{};             // of keep
  std::vector<std::string> ties{};              // stronger than any rule and any target
  bool is_young = false;                        // minAge is not over
  std::string space_reason{};                   // why it shall go although rules keep it; "": it need not

  bool may_go() const { return ties.empty() && !is_young && (rules.empty() || !space_reason.empty()); }
};

}  // namespace cowherd
