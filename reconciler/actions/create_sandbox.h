// SPDX-License-Identifier: Apache-2.0
// Publishes a sandbox's identity: nothing else of a sandbox exists before its sandbox.json does.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct CreateSandbox {
  static constexpr std::string_view kVerb = "create-sandbox";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Quick;

  SandboxIdentity identity{};  // from a template: revision and final disk size are taken from it when it is carried out
  Digest template_inputs{};

  std::string object() const { return sandbox_object(identity.name); }
  std::string describe() const;
  Keys needs() const {
    if (identity.restored) {
      return {snapshot_key(identity.restored->snapshot), revision_key(identity.template_name, identity.revision)};
    }
    return {template_key(identity.template_name, template_inputs)};
  }
  Keys makes() const { return {sandbox_key(identity.name), spec_key(identity.name)}; }
  Keys unmakes() const { return {}; }
  // Stale when a sandbox of that name exists by now.
  Status precondition(Host& host) const;
  // Invalid when disk.size is less than the image.
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const CreateSandbox&) const = default;
};
static_assert(ActionKind<CreateSandbox>);

}  // namespace cowherd
