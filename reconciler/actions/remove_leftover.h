// SPDX-License-Identifier: Apache-2.0
// Removes what interrupted work left under a staging name.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct RemoveLeftover {
  static constexpr std::string_view kVerb = "remove-leftover";
  static constexpr char kSymbol = '-';
  static constexpr Lane kLane = Lane::Quick;

  std::string path{};
  std::string owner{};  // object whose work it may be: "Template/base", or "Leftover/<path>"

  std::string object() const { return owner; }
  std::string describe() const { return "remove what interrupted work left at " + path; }
  Keys needs() const { return {}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {"leftover/" + path}; }
  Status precondition(Host&) const { return {}; }
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host&) const { return {}; }
  bool operator==(const RemoveLeftover&) const = default;
};
static_assert(ActionKind<RemoveLeftover>);

}  // namespace cowherd
