// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/reap_machine.h"

#include "reconciler/desired/last_exit.h"

namespace cowherd {

std::string ReapMachine::describe() const {
  return "record that the VM of sandbox '" + name.str() + "' ended (" + std::string(to_string(exit.reason)) +
         ") and clear its remains";
}

Status ReapMachine::precondition(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase != MachinePhase::Dead) {
    return fail(ErrorKind::Stale, "the VM of sandbox '" + name.str() + "' lives");
  }
  return {};
}

Result<Effect> ReapMachine::apply(Host& host, const BulkControl&) const {
  if (machine_now(host, uid).absent()) return Effect::Unchanged;
  COWHERD_ASSIGN(const SandboxIdentity identity, current_identity(host, uid));
  const SandboxIdentity recorded = with_exit(identity, exit, started_at);
  if (recorded != identity) COWHERD_TRY(host.store.update_sandbox(recorded));
  COWHERD_TRY(host.machines.reap(uid));
  return Effect::Changed;
}

Status ReapMachine::verify(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase == MachinePhase::Dead) {
    return fail(ErrorKind::Failed, "the remains of the VM of sandbox '" + name.str() + "' are still there");
  }
  return {};
}

}  // namespace cowherd
