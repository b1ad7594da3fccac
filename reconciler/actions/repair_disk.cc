// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/repair_disk.h"

namespace cowherd {

std::string RepairDisk::describe() const { return "mend the copy-on-write store of sandbox '" + name.str() + "'"; }

Status RepairDisk::precondition(Host& host) const {
  COWHERD_TRY(current_identity(host, uid));
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase != MachinePhase::Dead) {
    return fail(ErrorKind::Stale, "a VM runs on the disk of sandbox '" + name.str() + "'");
  }
  return {};
}

Result<Effect> RepairDisk::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  return disk.driver->repair_store(disk.plan);
}

Status RepairDisk::verify(Host& host) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.known() && state->fault != DiskFault::None) {
    return fail(ErrorKind::Failed, "the store of sandbox '" + name.str() + "' is not sound after it was mended: " + state->detail);
  }
  return {};
}

}  // namespace cowherd
