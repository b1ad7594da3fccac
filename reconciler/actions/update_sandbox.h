// SPDX-License-Identifier: Apache-2.0
// Records an edit, an expiry or a retention in a sandbox's identity.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct UpdateSandbox {
  static constexpr std::string_view kVerb = "update-sandbox";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Quick;

  SandboxIdentity from{};
  SandboxIdentity to{};
  std::string what{};  // "memory 256Mi -> 512Mi"

  std::string object() const { return sandbox_object(to.name); }
  std::string describe() const;
  Keys needs() const { return {sandbox_key(to.name)}; }
  Keys makes() const { return {spec_key(to.name)}; }
  Keys unmakes() const { return {}; }
  // Stale when the identity is no longer the one the plan saw.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const UpdateSandbox&) const = default;
};
static_assert(ActionKind<UpdateSandbox>);

}  // namespace cowherd
