// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/grow_disk.h"

namespace cowherd {

std::string GrowDisk::describe() const { return "grow the disk of sandbox '" + name.str() + "'"; }

Status GrowDisk::precondition(Host& host) const {
  COWHERD_TRY(current_identity(host, uid));
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase != MachinePhase::Dead) {
    return fail(ErrorKind::Stale, "a VM runs on the disk of sandbox '" + name.str() + "'");
  }
  return {};
}

Result<Effect> GrowDisk::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  return disk.driver->grow(disk.plan);
}

// What the disk offers is seen when it is activated.
Status GrowDisk::verify(Host&) const { return {}; }

}  // namespace cowherd
