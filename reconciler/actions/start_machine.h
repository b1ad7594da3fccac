// SPDX-License-Identifier: Apache-2.0
// Boots the VM of a sandbox on its active disk.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct StartMachine {
  static constexpr std::string_view kVerb = "start-machine";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Boot;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {spec_key(name), store_key(name), disk_key(name), grown_key(name), fresh_key(name)}; }
  Keys makes() const { return {vm_key(name)}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const StartMachine&) const = default;
};
static_assert(ActionKind<StartMachine>);

}  // namespace cowherd
