// SPDX-License-Identifier: Apache-2.0
// Moves the store of an expired sandbox to trash; the identity stays and latches the expiry.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct DiscardDisk {
  static constexpr std::string_view kVerb = "discard-disk";
  static constexpr char kSymbol = '!';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {sandbox_key(name), spec_key(name)}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {store_key(name)}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const DiscardDisk&) const = default;
};
static_assert(ActionKind<DiscardDisk>);

}  // namespace cowherd
