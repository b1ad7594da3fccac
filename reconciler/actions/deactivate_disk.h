// SPDX-License-Identifier: Apache-2.0
// Takes the device of a disk away; its loops go with it, its store stays.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct DeactivateDisk {
  static constexpr std::string_view kVerb = "deactivate-disk";
  static constexpr char kSymbol = '-';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {store_key(name)}; }
  Keys makes() const { return {closed_key(name)}; }
  Keys unmakes() const { return {disk_key(name)}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const DeactivateDisk&) const = default;
};
static_assert(ActionKind<DeactivateDisk>);

}  // namespace cowherd
