// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/remove_sandbox.h"

#include "resources/store/approvals.h"

namespace cowherd {

std::string RemoveSandbox::describe() const { return "move sandbox '" + name.str() + "' and its disk to trash"; }

Status RemoveSandbox::precondition(Host& host) const { return store_is_closed(host, uid, name); }

Result<Effect> RemoveSandbox::apply(Host& host, const BulkControl&) const {
  auto identity = host.store.sandbox(uid);
  if (!identity) {
    if (identity.error().kind == ErrorKind::NotFound) return Effect::Unchanged;
    return fail(identity.error());
  }
  if (identity->is_protected) return fail(ErrorKind::Stale, "sandbox '" + name.str() + "' is protected since the plan");
  COWHERD_TRY(host.store.trash_sandbox(*identity));
  COWHERD_TRY(consume_approvals(host.files, host.store.layout(), uid));
  return Effect::Changed;
}

Status RemoveSandbox::verify(Host& host) const {
  const auto identity = host.store.sandbox(uid);
  if (!identity && identity.error().kind == ErrorKind::NotFound) return {};
  return fail(ErrorKind::Failed, "sandbox '" + name.str() + "' is still there after it was moved to trash");
}

}  // namespace cowherd
