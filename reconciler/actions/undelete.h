// SPDX-License-Identifier: Apache-2.0
// Brings a sandbox, snapshot or revision back from trash, because somebody asked for it.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct Undelete {
  static constexpr std::string_view kVerb = "undelete";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Quick;

  TrashEntry entry{};  // with its base
  UndeleteAs how = UndeleteAs::Retained;

  std::string object() const { return entry.object; }
  std::string describe() const { return "bring " + entry.object + " back from trash/" + entry.name; }
  Keys needs() const;
  Keys makes() const;
  Keys unmakes() const { return {}; }
  // Stale when the entry or the base is gone, or the name is taken meanwhile.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const Undelete&) const = default;
};
static_assert(ActionKind<Undelete>);

bool is_revision(const TrashEntry& entry);
bool has_revision(const StoreContents& contents, const RevisionRef& revision);

}  // namespace cowherd
