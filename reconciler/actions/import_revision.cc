// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/import_revision.h"

namespace cowherd {

std::string ImportRevision::describe() const {
  const std::string& snapshot = spec.snapshot_ref.str();
  if (!snapshot.empty()) return "flatten snapshot '" + snapshot + "' to a revision of template '" + template_name.str() + "'";
  return "import image '" + spec.image_path + "' as a revision of template '" + template_name.str() + "'";
}

// The store compares the stamps before and after: nothing to look at here.
Status ImportRevision::precondition(Host&) const { return {}; }

Result<Effect> ImportRevision::apply(Host& host, const BulkControl& control) const {
  if (revision_from_inputs(host, template_name.str(), inputs)) return Effect::Unchanged;
  COWHERD_TRY(host.store.import_revision({template_name, spec, inputs, sources}, control));
  return Effect::Changed;
}

Status ImportRevision::verify(Host& host) const {
  COWHERD_TRY(revision_from_inputs(host, template_name.str(), inputs));
  return {};
}

Result<RevisionIdentity> revision_from_inputs(Host& host, const std::string& template_name, const Digest& inputs) {
  COWHERD_ASSIGN(const std::vector<RevisionIdentity> revisions, revisions_now(host, template_name));
  for (const RevisionIdentity& revision : revisions) {
    if (revision.inputs == inputs) return revision;
  }
  return fail(ErrorKind::NotFound, "no revision of template '" + template_name + "' has inputs " + inputs.short12());
}

}  // namespace cowherd
