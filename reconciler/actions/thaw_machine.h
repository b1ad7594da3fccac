// SPDX-License-Identifier: Apache-2.0
// Lets a guest go on that stands still: left so by interrupted work, or by a disk that has room again.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct ThawMachine {
  static constexpr std::string_view kVerb = "thaw-machine";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const { return "let the guest of sandbox '" + name.str() + "' go on"; }
  Keys needs() const { return {store_key(name), disk_key(name), grown_key(name)}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const ThawMachine&) const = default;
};
static_assert(ActionKind<ThawMachine>);

}  // namespace cowherd
