// SPDX-License-Identifier: Apache-2.0
// Stops a VM: gracefully within its gracefulStop, then by force; and clears its remains.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct StopMachine {
  static constexpr std::string_view kVerb = "stop-machine";
  static constexpr char kSymbol = '!';
  static constexpr Lane kLane = Lane::Stop;

  Uid uid{};
  ResourceName name{};
  StopMode mode = StopMode::Graceful;
  Span grace{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {store_key(name), disk_key(name)}; }
  Keys makes() const { return {closed_key(name)}; }
  Keys unmakes() const { return {vm_key(name)}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const StopMachine&) const = default;
};
static_assert(ActionKind<StopMachine>);

}  // namespace cowherd
