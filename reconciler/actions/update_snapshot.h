// SPDX-License-Identifier: Apache-2.0
// Records in snapshot.json what is declared of a snapshot beside its capture: where, labels, holds, how it goes.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct UpdateSnapshot {
  static constexpr std::string_view kVerb = "update-snapshot";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Quick;

  SnapshotIdentity from{};
  SnapshotIdentity to{};
  std::string what{};

  std::string object() const { return snapshot_object(to.name); }
  std::string describe() const { return "record in snapshot '" + to.name.str() + "': " + what; }
  Keys needs() const { return {}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {}; }
  // Stale when the record is no longer the one the plan saw.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const UpdateSnapshot&) const = default;
};
static_assert(ActionKind<UpdateSnapshot>);

}  // namespace cowherd
