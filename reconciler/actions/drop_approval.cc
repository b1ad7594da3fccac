// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/drop_approval.h"

namespace cowherd {

Status DropApproval::precondition(Host& host) const {
  const StoreContents contents = host.store.look();
  if (!contents.unreadable.empty()) return fail(contents.unreadable.front());
  if (!is_about_nothing(approval, contents)) return fail(ErrorKind::Stale, approval.object + " is there");
  return {};
}

Result<Effect> DropApproval::apply(Host& host, const BulkControl&) const {
  const Layout& layout = host.store.layout();
  if (const auto uid = Uid::make(approval.uid)) {
    COWHERD_TRY(consume_approvals(host.files, layout, *uid));
  } else {
    COWHERD_TRY(consume_approvals_of(host.files, layout, approval.object));
  }
  return Effect::Changed;
}

}  // namespace cowherd
