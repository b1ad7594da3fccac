// SPDX-License-Identifier: Apache-2.0
// Makes an inactive disk offer the size its identity says.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct GrowDisk {
  static constexpr std::string_view kVerb = "grow-disk";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {store_key(name), spec_key(name), closed_key(name)}; }
  Keys makes() const { return {grown_key(name)}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const GrowDisk&) const = default;
};
static_assert(ActionKind<GrowDisk>);

}  // namespace cowherd
