// SPDX-License-Identifier: Apache-2.0
// Makes a sandbox's copy-on-write store.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct CreateDisk {
  static constexpr std::string_view kVerb = "create-disk";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Quick;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const;
  Keys needs() const { return {sandbox_key(name), spec_key(name)}; }
  Keys makes() const { return {store_key(name)}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const CreateDisk&) const = default;
};
static_assert(ActionKind<CreateDisk>);

}  // namespace cowherd
