// SPDX-License-Identifier: Apache-2.0
// Composes the flat image that a VMM maps from the generations a kept memory consists of, beside them. A cache: whatever
// becomes of it, the generations are the memory.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct ComposeMemory {
  static constexpr std::string_view kVerb = "compose-memory";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Copy;

  Uid uid{};
  ResourceName name{};

  std::string object() const { return sandbox_object(name); }
  std::string describe() const { return "compose the memory of sandbox '" + name.str() + "' for loading"; }
  Keys needs() const { return {memory_key(name)}; }
  Keys makes() const { return {flat_key(name)}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const ComposeMemory&) const = default;
};
static_assert(ActionKind<ComposeMemory>);

}  // namespace cowherd
