// SPDX-License-Identifier: Apache-2.0
// Tells a guest that it need not hold its file systems any more: after a capture that was interrupted, or after it was
// loaded from one.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct UnquiesceGuest {
  static constexpr std::string_view kVerb = "unquiesce-guest";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const { return "have the guest of sandbox '" + name.str() + "' let its file systems go on"; }
  Keys needs() const { return {vm_key(name)}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const UnquiesceGuest&) const = default;
};
static_assert(ActionKind<UnquiesceGuest>);

}  // namespace cowherd
