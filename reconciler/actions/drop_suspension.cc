// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/drop_suspension.h"

#include <algorithm>

#include "reconciler/desired/suspended.h"

namespace cowherd {

Status DropSuspension::precondition(Host& host) const {
  const StoreContents contents = host.store.look();
  if (!contents.unreadable.empty()) return fail(contents.unreadable.front());
  if (is_on_host(contents, suspension.object)) return fail(ErrorKind::Stale, object() + " is there");
  COWHERD_ASSIGN(const std::vector<Suspension> all, list_suspensions(host.files, host.store.layout()));
  if (std::find(all.begin(), all.end(), suspension) != all.end()) return {};
  return fail(ErrorKind::Stale, "the suspension of " + object() + " is gone, or another one by now");
}

Result<Effect> DropSuspension::apply(Host& host, const BulkControl&) const {
  const Status ended = unsuspend(host.files, host.store.layout(), suspension.object);
  if (!ended && ended.error().kind != ErrorKind::NotFound) return fail(ended.error());
  return Effect::Changed;
}

}  // namespace cowherd
