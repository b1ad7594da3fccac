// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/remove_snapshot.h"

#include "reconciler/lineage/build_lineage.h"

namespace cowherd {

namespace {

Status nothing_stands_on(Host& host, const ResourceName& name) {
  const LineageWalk walk = walk_lineage({host.store.look()});
  if (!walk.lineage.is_complete()) return fail(walk.lineage.doubts.front());
  for (const Edge& user : users_of(walk.lineage, snapshot_node(name.str()))) {
    return fail(ErrorKind::Stale, walk.lineage.nodes.at(user.from).label + " stands on snapshot '" + name.str() + "': " + user.how);
  }
  return {};
}

}  // namespace

Status RemoveSnapshot::precondition(Host& host) const {
  COWHERD_TRY(nothing_stands_on(host, name));
  COWHERD_ASSIGN(const std::vector<SandboxIdentity> sandboxes, sandboxes_now(host));
  for (const SandboxIdentity& sandbox : sandboxes) {
    if (!sandbox.restored || sandbox.restored->capture != capture || sandbox.disk_discarded) continue;
    COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, sandbox.uid));
    const Fact<DiskState> state = disk.driver->look(disk.plan);
    if (state.unknown()) return fail(state.why());
    if (state.known() && state->store_present) continue;
    return fail(ErrorKind::Stale, "sandbox '" + sandbox.name.str() + "' is to be restored from it");
  }
  return {};
}

Result<Effect> RemoveSnapshot::apply(Host& host, const BulkControl&) const {
  const Result<SnapshotIdentity> present = host.store.snapshot(name.str());
  const bool is_gone = !present && present.error().kind == ErrorKind::NotFound;
  if (is_gone || (present && present->uid != capture)) return Effect::Unchanged;
  if (!present) return fail(present.error());
  if (present->is_protected) return fail(ErrorKind::Stale, "snapshot '" + name.str() + "' is protected since the plan");
  COWHERD_TRY(host.store.trash_snapshot(*present));
  COWHERD_TRY(consume_approvals(host.files, host.store.layout(), capture));
  return Effect::Changed;
}

Status RemoveSnapshot::verify(Host& host) const {
  const Result<SnapshotIdentity> present = host.store.snapshot(name.str());
  const bool is_gone = !present && present.error().kind == ErrorKind::NotFound;
  if (is_gone || (present && present->uid != capture)) return {};
  return fail(ErrorKind::Failed, "snapshot '" + name.str() + "' is still there after it was moved to trash");
}

}  // namespace cowherd
