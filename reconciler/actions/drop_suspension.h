// SPDX-License-Identifier: Apache-2.0
// Takes back a suspension whose object is gone: a later one of that name is another.
#pragma once

#include "reconciler/actions/action_kind.h"
#include "resources/store/suspensions.h"

namespace cowherd {

struct DropSuspension {
  static constexpr std::string_view kVerb = "drop-suspension";
  static constexpr char kSymbol = '-';
  static constexpr Lane kLane = Lane::Quick;

  Suspension suspension{};

  std::string object() const { return to_string(suspension.object); }
  std::string describe() const { return "take back the suspension of " + object(); }
  Keys needs() const { return {}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {}; }
  // Stale when something of that name is on this host again, or the suspension is another by now.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host&) const { return {}; }
  bool operator==(const DropSuspension&) const = default;
};
static_assert(ActionKind<DropSuspension>);

}  // namespace cowherd
