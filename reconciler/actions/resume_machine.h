// SPDX-License-Identifier: Apache-2.0
// Loads a kept guest and lets it continue at the next instruction. Its image is marked consumed, durably, before the guest
// runs: it is never loaded twice for the same disk.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct ResumeMachine {
  static constexpr std::string_view kVerb = "resume-machine";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Boot;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const {
    return {spec_key(name), store_key(name), disk_key(name), memory_key(name), flat_key(name), grown_key(name)};
  }
  Keys makes() const { return {vm_key(name)}; }
  Keys unmakes() const { return {}; }
  // Stale when the image does not fit this host (any more): it is marked so, and the next plan boots from the disk.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const ResumeMachine&) const = default;
};
static_assert(ActionKind<ResumeMachine>);

}  // namespace cowherd
