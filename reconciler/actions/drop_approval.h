// SPDX-License-Identifier: Apache-2.0
// Takes back an approval whose object is gone: a run that died after the deed may have left it.
#pragma once

#include "reconciler/actions/action_kind.h"
#include "resources/store/approvals.h"

namespace cowherd {

struct DropApproval {
  static constexpr std::string_view kVerb = "drop-approval";
  static constexpr char kSymbol = '-';
  static constexpr Lane kLane = Lane::Quick;

  Approval approval{};

  std::string object() const { return approval.object; }
  std::string describe() const { return "take back the approval to " + approval.verb + " " + approval.object; }
  Keys needs() const { return {}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {}; }
  // Stale when the object is there again.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host&) const { return {}; }
  bool operator==(const DropApproval&) const = default;
};
static_assert(ActionKind<DropApproval>);

}  // namespace cowherd
