// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/collect_revision.h"

#include "resources/store/approvals.h"

namespace cowherd {

std::string CollectRevision::describe() const {
  return "move revision " + id.short12() + " of template '" + template_name.str() + "' to trash";
}

Status CollectRevision::precondition(Host& host) const {
  COWHERD_ASSIGN(const std::vector<SandboxIdentity> sandboxes, sandboxes_now(host));
  for (const SandboxIdentity& sandbox : sandboxes) {
    if (sandbox.template_name == template_name.str() && sandbox.revision == id) {
      return fail(ErrorKind::Stale, "revision " + id.short12() + " is used by sandbox '" + sandbox.name.str() + "'");
    }
  }
  return {};
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
