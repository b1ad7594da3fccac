// SPDX-License-Identifier: Apache-2.0
// Which source, and which of its revisions, people mean. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/source/declaration.h"
#include "resources/store/source_state.h"

namespace cowherd {

// Null where there is none of that name.
const SourceStatus* find_source(const Declaration& declared, const std::string& name);

// Invalid for a name that no source has, with those there are.
Result<SourceStatus> source_meant(const Declaration& declared, const std::string& name);
// One that follows a repository. An empty name is the only such source; Invalid when there is none, or a choice.
Result<SourceStatus> git_source_meant(const Declaration& declared, const std::string& name);

// A revision that is known, and what it is to the source.
struct KnownRevision {
  PastRevision revision{};
  std::string standing{};  // InForce, Pinned, Newest, Refused (…), Bad (…), or empty
  bool is_kept = true;
  std::string message{};   // why it is not
  bool operator==(const KnownRevision&) const = default;
};

// What a source's files hold of its revisions.
struct KeptRevisions {
  SourceState state{};
  std::optional<SourcePin> pin{};
  std::optional<PastRevision> newest{};  // the state's latest, where that is not in its history
};

// Newest first.
std::vector<KnownRevision> revisions_of(const KeptRevisions& kept, const SourceStatus& source);

// The one whose name begins so. Invalid, with what can be said instead: less than four hex digits, none, several, or one
// that was refused.
Result<PastRevision> revision_meant(const std::vector<KnownRevision>& known, const std::string& beginning);

}  // namespace cowherd
