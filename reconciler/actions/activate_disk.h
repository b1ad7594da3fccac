// SPDX-License-Identifier: Apache-2.0
// Makes a sandbox's disk something a VM can open: for dm-snapshot its loops and its device.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct ActivateDisk {
  static constexpr std::string_view kVerb = "activate-disk";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {store_key(name), spec_key(name), grown_key(name)}; }
  Keys makes() const { return {disk_key(name)}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const ActivateDisk&) const = default;
};
static_assert(ActionKind<ActivateDisk>);

}  // namespace cowherd
