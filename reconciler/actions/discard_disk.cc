// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/discard_disk.h"

namespace cowherd {

std::string DiscardDisk::describe() const { return "move the disk of sandbox '" + name.str() + "' to trash"; }

// The identity says that the disk is discarded before the disk goes.
Status DiscardDisk::precondition(Host& host) const {
  COWHERD_ASSIGN(const SandboxIdentity identity, current_identity(host, uid));
  if (!identity.disk_discarded || identity.is_protected) {
    return fail(ErrorKind::Stale, "the disk of sandbox '" + name.str() + "' is wanted");
  }
  return store_is_closed(host, uid, name);
}

Result<Effect> DiscardDisk::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const SandboxIdentity identity, current_identity(host, uid));
  COWHERD_TRY(host.store.trash_disk(identity));
  return Effect::Changed;
}

Status DiscardDisk::verify(Host& host) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.known() && state->store_present) {
    return fail(ErrorKind::Failed, "the store of sandbox '" + name.str() + "' is still there after it was discarded");
  }
  return {};
}

}  // namespace cowherd
