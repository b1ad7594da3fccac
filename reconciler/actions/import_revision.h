// SPDX-License-Identifier: Apache-2.0
// Builds a template revision from the declared image or snapshot, kernel and initrd. May take minutes.
#pragma once

#include "reconciler/actions/action_kind.h"

namespace cowherd {

struct ImportRevision {
  static constexpr std::string_view kVerb = "import-revision";
  static constexpr char kSymbol = '+';
  static constexpr Lane kLane = Lane::Import;

  ResourceName template_name{};
  TemplateSpec spec{};
  Digest inputs{};
  std::vector<SourceFile> sources{};

  std::string object() const { return template_object(template_name); }
  std::string describe() const;
  Keys needs() const {
    return spec.snapshot_ref.str().empty() ? Keys{} : Keys{snapshot_key(spec.snapshot_ref)};
  }
  Keys makes() const { return {template_key(template_name.str(), inputs)}; }
  Keys unmakes() const { return {}; }
  Status precondition(Host& host) const;
  Result<Effect> apply(Host& host, const BulkControl& control) const;
  Status verify(Host& host) const;
  bool operator==(const ImportRevision&) const = default;
};
static_assert(ActionKind<ImportRevision>);

// The revision of a template built from these inputs, looked up afresh; NotFound when there is none.
Result<RevisionIdentity> revision_from_inputs(Host& host, const std::string& template_name, const Digest& inputs);

}  // namespace cowherd
