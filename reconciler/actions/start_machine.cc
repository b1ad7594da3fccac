// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/start_machine.h"

#include "reconciler/desired/concrete.h"

namespace cowherd {

std::string StartMachine::describe() const { return "start the VM of sandbox '" + name.str() + "'"; }

Status StartMachine::precondition(Host& host) const {
  COWHERD_TRY(current_identity(host, uid));
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase == MachinePhase::Dead) {
    return fail(ErrorKind::Stale, "the last VM of sandbox '" + name.str() + "' is not cleared yet");
  }
  const Fact<PauseImage> image = pause_now(host, uid);
  if (image.unknown()) return fail(image.why());
  if (image.known() && !image->consumed) {
    return fail(ErrorKind::Stale, "the memory of sandbox '" + name.str() + "' is kept: a boot would lose it");
  }
  return {};
}

Result<Effect> StartMachine::apply(Host& host, const BulkControl&) const {
  if (machine_now(host, uid).known()) return Effect::Unchanged;
  COWHERD_ASSIGN(const SandboxIdentity identity, current_identity(host, uid));
  COWHERD_ASSIGN(const RevisionIdentity revision, host.store.revision(identity.template_name, identity.revision));
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.absent() || !state->active) {
    return fail(ErrorKind::Stale, "the disk of sandbox '" + name.str() + "' is not active");
  }
  COWHERD_TRY(host.store.clear_quiesced(uid));  // a guest that boots holds nothing
  COWHERD_TRY(host.machines.start(machine_spec_of(identity, revision, *state, host.store.layout())));
  return Effect::Changed;
}

Status StartMachine::verify(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.absent()) return fail(ErrorKind::Failed, "no VM of sandbox '" + name.str() + "' after it was started");
  return {};  // one that died already is the next look's business
}

}  // namespace cowherd
