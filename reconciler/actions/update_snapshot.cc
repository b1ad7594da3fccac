// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/update_snapshot.h"

namespace cowherd {

Status UpdateSnapshot::precondition(Host& host) const {
  COWHERD_ASSIGN(const SnapshotIdentity now, current_capture(host, to.name, to.uid));
  if (now == from || now == to) return {};
  return fail(ErrorKind::Stale, "the record of snapshot '" + to.name.str() + "' changed since the plan");
}

Result<Effect> UpdateSnapshot::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const SnapshotIdentity now, current_capture(host, to.name, to.uid));
  if (now == to) return Effect::Unchanged;
  COWHERD_TRY(host.store.update_snapshot(to));
  return Effect::Changed;
}

Status UpdateSnapshot::verify(Host& host) const {
  COWHERD_ASSIGN(const SnapshotIdentity now, host.store.snapshot(to.name.str()));
  if (now == to) return {};
  return fail(ErrorKind::Failed, "snapshot.json of '" + to.name.str() + "' does not say what was written");
}

}  // namespace cowherd
