// SPDX-License-Identifier: Apache-2.0
// Records how a VM ended in the sandbox's identity, then clears its remains: record before you destroy.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct ReapMachine {
  static constexpr std::string_view kVerb = "reap-machine";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};
  MachineExit exit{};
  Moment started_at{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {sandbox_key(name)}; }
  Keys makes() const { return {spec_key(name)}; }
  Keys unmakes() const { return {vm_key(name)}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const ReapMachine&) const = default;
};
static_assert(ActionKind<ReapMachine>);

}  // namespace cowherd
