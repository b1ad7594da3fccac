// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/collect_revision.h"

#include "resources/store/approvals.h"
#include "resources/store/revision_users.h"

namespace cowherd {

std::string CollectRevision::describe() const {
  return "move revision " + id.short12() + " of template '" + template_name.str() + "' to trash";
}

Status CollectRevision::precondition(Host& host) const {
  const StoreContents contents = host.store.look();
  COWHERD_TRY(all_users_are_known(contents));
  const RevisionUsers users = users_of_revision(contents, template_name.str(), id);
  if (users.sandboxes.empty() && users.snapshots.empty()) return {};
  const std::string user = users.sandboxes.empty() ? "snapshot '" + users.snapshots.front() + "'"
                                                   : "sandbox '" + users.sandboxes.front() + "'";
  return fail(ErrorKind::Stale, "revision " + id.short12() + " is used by " + user);
}

Result<Effect> CollectRevision::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(host.store.trash_revision(template_name, id));
  COWHERD_ASSIGN(const std::vector<RevisionIdentity> left, revisions_now(host, template_name.str()));
  if (left.empty()) {
    COWHERD_TRY(consume_approvals_of(host.files, host.store.layout(), template_object(template_name)));
  }
  return Effect::Changed;
}

Status CollectRevision::verify(Host& host) const {
  const auto revision = host.store.revision(template_name.str(), id);
  if (!revision && revision.error().kind == ErrorKind::NotFound) return {};
  return fail(ErrorKind::Failed, "revision " + id.short12() + " is still there after it was moved to trash");
}

}  // namespace cowherd
