// SPDX-License-Identifier: Apache-2.0
// Removes a trash entry for good, after its grace time.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct PurgeTrash {
  static constexpr std::string_view kVerb = "purge-trash";
  static constexpr char kSymbol = '!';
  static constexpr Lane kLane = Lane::Quick;

  TrashEntry entry{};

  std::string object() const { return "Trash/" + entry.name; }
  std::string describe() const { return "remove trash entry '" + entry.name + "' for good"; }
  Keys needs() const { return {}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {"trash/" + entry.name}; }
  Status precondition(Host&) const { return {}; }
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host&) const { return {}; }
  bool operator==(const PurgeTrash&) const = default;
};
static_assert(ActionKind<PurgeTrash>);

}  // namespace cowherd
