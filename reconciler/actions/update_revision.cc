// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/update_revision.h"

namespace cowherd {

RevisionPolicy policy_of(const RevisionIdentity& revision) {
  return {revision.retain ? TemplateDeletionPolicy::Retain : TemplateDeletionPolicy::Delete, revision.is_protected,
          revision.prune_disabled};
}

std::string UpdateRevision::describe() const {
  return "record in revision " + id.short12() + " of template '" + template_name.str() + "': deletionPolicy " +
         (policy.deletion == TemplateDeletionPolicy::Retain ? "Retain" : "Delete") +
         (policy.is_protected ? ", protected" : "") + (policy.prune_disabled ? ", not pruned" : "");
}

Status UpdateRevision::precondition(Host& host) const {
  const auto revision = host.store.revision(template_name.str(), id);
  if (!revision && revision.error().kind == ErrorKind::NotFound) {
    return fail(ErrorKind::Stale, "revision " + id.short12() + " is gone");
  }
  return revision ? Status{} : Status(fail(revision.error()));
}

Result<Effect> UpdateRevision::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(RevisionIdentity revision, host.store.revision(template_name.str(), id));
  if (policy_of(revision) == policy) return Effect::Unchanged;
  revision.retain = policy.deletion == TemplateDeletionPolicy::Retain;
  revision.is_protected = policy.is_protected;
  revision.prune_disabled = policy.prune_disabled;
  COWHERD_TRY(host.store.update_revision(revision));
  return Effect::Changed;
}

Status UpdateRevision::verify(Host& host) const {
  COWHERD_ASSIGN(const RevisionIdentity revision, host.store.revision(template_name.str(), id));
  if (policy_of(revision) == policy) return {};
  return fail(ErrorKind::Failed, "revision.json of " + id.short12() + " does not say what was written");
}

}  // namespace cowherd
