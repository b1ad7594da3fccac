// SPDX-License-Identifier: Apache-2.0
// Makes a closed store usable again that was full or that the kernel gave up: offline, by its own metadata.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct RepairDisk {
  static constexpr std::string_view kVerb = "repair-disk";
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
  bool operator==(const RepairDisk&) const = default;
};
static_assert(ActionKind<RepairDisk>);

}  // namespace cowherd
