// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/activate_disk.h"

namespace cowherd {

std::string ActivateDisk::describe() const { return "activate the disk of sandbox '" + name.str() + "'"; }

Status ActivateDisk::precondition(Host& host) const {
  COWHERD_TRY(current_identity(host, uid));
  return {};
}

Result<Effect> ActivateDisk::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  return disk.driver->activate(disk.plan);
}

Status ActivateDisk::verify(Host& host) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.absent() || !state->active) {
    return fail(ErrorKind::Failed, "the disk of sandbox '" + name.str() + "' is not active after it was activated");
  }
  return {};
}

}  // namespace cowherd
