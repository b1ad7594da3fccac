// SPDX-License-Identifier: Apache-2.0
// Records in a revision what its template's document says of its end: when that goes, only the identity is left to read
// it from.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct RevisionPolicy {
  TemplateDeletionPolicy deletion = TemplateDeletionPolicy::Delete;
  bool is_protected = false;
  bool prune_disabled = false;
  bool operator==(const RevisionPolicy&) const = default;
};
RevisionPolicy policy_of(const RevisionIdentity& revision);

struct UpdateRevision {
  static constexpr std::string_view kVerb = "update-revision";
  static constexpr char kSymbol = '~';
  static constexpr Lane kLane = Lane::Quick;

  ResourceName template_name{};
  Digest id{};
  RevisionPolicy policy{};

  std::string object() const { return template_object(template_name); }
  std::string describe() const;
  Keys needs() const { return {revision_key(template_name.str(), id)}; }
  Keys makes() const { return {}; }
  Keys unmakes() const { return {}; }
  // Stale when the revision is gone.
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const UpdateRevision&) const = default;
};
static_assert(ActionKind<UpdateRevision>);

}  // namespace cowherd
