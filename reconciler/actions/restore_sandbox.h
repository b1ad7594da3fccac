// SPDX-License-Identifier: Apache-2.0
// Gives a new sandbox what restoreFrom chose of a snapshot: first the memory, where that was chosen, then the disk. A disk
// that stands says that all of it was done. The snapshot is only read; what it composes of its memory, all share.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct RestoreSandbox {
  static constexpr std::string_view kVerb = "restore-sandbox";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Copy;

  Uid uid{};
  ResourceName name{};
  Restored from{};

  std::string object() const { return sandbox_object(name); }
  std::string touches() const { return snapshot_object(from.snapshot); }
  std::string describe() const;
  Keys needs() const { return {sandbox_key(name), spec_key(name), snapshot_key(from.snapshot)}; }
  Keys makes() const;
  Keys unmakes() const { return {}; }
  // Stale when the sandbox or the capture is gone.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const RestoreSandbox&) const = default;
};
static_assert(ActionKind<RestoreSandbox>);

}  // namespace cowherd
