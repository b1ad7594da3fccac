// SPDX-License-Identifier: Apache-2.0
// Moves a snapshot's directory to trash. Nothing is restored or built from it any more by then.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct RemoveSnapshot {
  static constexpr std::string_view kVerb = "remove-snapshot";
  static constexpr char kSymbol = '!';
  static constexpr Lane kLane = Lane::Quick;

  ResourceName name{};
  Uid capture{};
  std::string template_name{};
  Digest revision{};

  std::string object() const { return snapshot_object(name); }
  std::string describe() const { return "move snapshot '" + name.str() + "' to trash"; }
  Keys needs() const { return {revision_key(template_name, revision)}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {snapshot_key(name)}; }
  // Stale when a sandbox that is to be restored from it has no disk yet.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const RemoveSnapshot&) const = default;
};
static_assert(ActionKind<RemoveSnapshot>);

}  // namespace cowherd
