// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/grow_store.h"

namespace cowherd {

std::string GrowStore::describe() const { return "give the copy-on-write store of sandbox '" + name.str() + "' more room"; }

Status GrowStore::precondition(Host& host) const {
  COWHERD_TRY(current_identity(host, uid));
  return {};
}

Result<Effect> GrowStore::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  return disk.driver->grow_store(disk.plan);
}

Status GrowStore::verify(Host& host) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.known() && state->store_size < store_size_for(disk.plan)) {
    return fail(ErrorKind::Failed, "the store of sandbox '" + name.str() + "' is as small as before");
  }
  return {};
}

}  // namespace cowherd
