// SPDX-License-Identifier: Apache-2.0
// Gives a copy-on-write store the room its declaration allows, under a running VM, which does not notice.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct GrowStore {
  static constexpr std::string_view kVerb = "grow-store";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {store_key(name), spec_key(name), disk_key(name)}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const GrowStore&) const = default;
};
static_assert(ActionKind<GrowStore>);

}  // namespace cowherd
