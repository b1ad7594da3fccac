// SPDX-License-Identifier: Apache-2.0
// Moves a template revision that nothing uses to trash.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct CollectRevision {
  static constexpr std::string_view kVerb = "collect-revision";
  static constexpr char kSymbol = '!';
  static constexpr Lane kLane = Lane::Quick;

  ResourceName template_name{};
  Digest id{};
  bool is_given_up = false;  // its record cannot be read, and somebody approved that it goes

  std::string object() const { return template_object(template_name); }
  std::string describe() const;
  Keys needs() const { return {}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {revision_key(template_name.str(), id)}; }
  // Stale when something stands on it by now: reachability is checked again on the fresh world.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const CollectRevision&) const = default;
};
static_assert(ActionKind<CollectRevision>);

}  // namespace cowherd
