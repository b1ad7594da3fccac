// SPDX-License-Identifier: Apache-2.0
// Captures a sandbox as it is: its disk, and for Full the memory of its guest where it has one. A guest that runs is frozen
// only while its store and memory are copied; digests and names come after it went on.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct CaptureSnapshot {
  static constexpr std::string_view kVerb = "capture-snapshot";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Copy;

  SnapshotIdentity identity{};  // power, memory and parts are told by the capture
  Span freeze_budget{};         // how long the guest may stand still

  std::string object() const { return snapshot_object(identity.name); }
  std::string touches() const { return sandbox_object(identity.sandbox); }
  std::string describe() const;
  Keys needs() const {
    const ResourceName& sandbox = identity.sandbox;
    return {spec_key(sandbox), store_key(sandbox), disk_key(sandbox), vm_key(sandbox), memory_key(sandbox),
            revision_key(identity.template_name, identity.revision)};
  }
  Keys makes() const { return {snapshot_key(identity.name)}; }
  Keys unmakes() const { return {}; }
  // Stale when the sandbox is not in a state to be captured any more.
  Status precondition(Host& host) const;
  // Exhausted when it would take, or took, longer than the budget. Failed with reason QuiesceFailed when the guest was to be
  // quiesced and was not. Nothing is left of it then, and the guest goes on.
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const CaptureSnapshot&) const = default;
};
static_assert(ActionKind<CaptureSnapshot>);

}  // namespace cowherd
