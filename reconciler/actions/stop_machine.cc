// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/stop_machine.h"

namespace cowherd {

std::string StopMachine::describe() const {
  return mode == StopMode::Graceful ? "stop the VM of sandbox '" + name.str() + "' within " + print_span(grace)
                                    : "kill the VM of sandbox '" + name.str() + "'";
}

Status StopMachine::precondition(Host&) const { return {}; }

Result<Effect> StopMachine::apply(Host& host, const BulkControl&) const {
  if (machine_now(host, uid).absent()) return Effect::Unchanged;
  COWHERD_TRY(host.machines.stop(uid, mode, grace));
  COWHERD_TRY(host.machines.reap(uid));
  return Effect::Changed;
}

Status StopMachine::verify(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known()) return fail(ErrorKind::Failed, "the VM of sandbox '" + name.str() + "' is there after its stop");
  return {};
}

}  // namespace cowherd
