// SPDX-License-Identifier: Apache-2.0
// Takes a kept memory away that will not be loaded: to trash while a guest could still be in it, for good when its guest
// ran on.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct DiscardMemory {
  static constexpr std::string_view kVerb = "discard-memory";
  static constexpr char kSymbol = '-';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};
  bool consumed = false;

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {sandbox_key(name)}; }
  Keys makes() const { return {fresh_key(name)}; }
  Keys unmakes() const { return {memory_key(name)}; }
  // Stale when the image is not as the plan saw it.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const DiscardMemory&) const = default;
};
static_assert(ActionKind<DiscardMemory>);

}  // namespace cowherd
