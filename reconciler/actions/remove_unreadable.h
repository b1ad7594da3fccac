// SPDX-License-Identifier: Apache-2.0
// Moves the directory of a sandbox or snapshot whose record cannot be read to trash, because somebody approved it. What the
// record would tell is not known: so devices of a sandbox go by its uid, and nothing else is looked for.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct RemoveUnreadable {
  static constexpr std::string_view kVerb = "remove-unreadable";
  static constexpr char kSymbol = '!';
  static constexpr Lane kLane = Lane::Quick;

  ObjectName name{};       // as it is approved: a sandbox by the first 12 digits of its uid
  std::optional<Uid> uid{};  // of a sandbox

  std::string object() const { return to_string(name); }
  std::string describe() const;
  Keys needs() const { return {}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {uid ? store_key(name.name) : snapshot_key(name.name)}; }
  // Stale when the record can be read by now, or a VM is there.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const RemoveUnreadable&) const = default;
};
static_assert(ActionKind<RemoveUnreadable>);

}  // namespace cowherd
