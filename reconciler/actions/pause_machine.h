// SPDX-License-Identifier: Apache-2.0
// Puts a guest's memory and device state beside its disk and ends its VM. Publishing the image is the commit point:
// before it any failure lets the guest go on, after it there is only forward.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct PauseMachine {
  static constexpr std::string_view kVerb = "pause-machine";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Copy;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {spec_key(name), store_key(name), disk_key(name)}; }
  Keys makes() const { return {memory_key(name), closed_key(name)}; }
  Keys unmakes() const { return {vm_key(name)}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const PauseMachine&) const = default;
};
static_assert(ActionKind<PauseMachine>);

}  // namespace cowherd
