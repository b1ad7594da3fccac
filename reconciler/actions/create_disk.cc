// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/create_disk.h"

namespace cowherd {

std::string CreateDisk::describe() const { return "make the copy-on-write store of sandbox '" + name.str() + "'"; }

Status CreateDisk::precondition(Host& host) const {
  COWHERD_TRY(current_identity(host, uid));
  return {};
}

Result<Effect> CreateDisk::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  return disk.driver->create(disk.plan);
}

Status CreateDisk::verify(Host& host) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.absent() || !state->store_present) {
    return fail(ErrorKind::Failed, "the store of sandbox '" + name.str() + "' is not there after it was made");
  }
  return {};
}

}  // namespace cowherd
