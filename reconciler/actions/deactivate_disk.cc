// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/deactivate_disk.h"

namespace cowherd {

std::string DeactivateDisk::describe() const { return "deactivate the disk of sandbox '" + name.str() + "'"; }

// The VMM is dead before its device goes.
Status DeactivateDisk::precondition(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase != MachinePhase::Dead) {
    return fail(ErrorKind::Stale, "the VM of sandbox '" + name.str() + "' lives");
  }
  return {};
}

Result<Effect> DeactivateDisk::apply(Host& host, const BulkControl&) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  return disk.driver->deactivate(disk.plan);
}

Status DeactivateDisk::verify(Host& host) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.known() && (state->active || state->interrupted) && disk.plan.driver == DiskDriverKind::DmSnapshot) {
    return fail(ErrorKind::Failed, "the device of sandbox '" + name.str() + "' is still there after it was removed");
  }
  return {};
}

}  // namespace cowherd
