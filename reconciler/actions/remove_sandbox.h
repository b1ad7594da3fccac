// SPDX-License-Identifier: Apache-2.0
// Moves a sandbox's directory, disk and all, to trash. Its VM and its device are gone by then.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct RemoveSandbox {
  static constexpr std::string_view kVerb = "remove-sandbox";
  static constexpr char kSymbol = '!';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};
  std::string template_name{};
  Digest revision{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {revision_key(template_name, revision)}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {store_key(name), spec_key(name), sandbox_key(name)}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const RemoveSandbox&) const = default;
};
static_assert(ActionKind<RemoveSandbox>);

}  // namespace cowherd
