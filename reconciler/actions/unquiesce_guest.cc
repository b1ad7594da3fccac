// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/unquiesce_guest.h"

#include "reconciler/actions/quiesce.h"

namespace cowherd {

Status UnquiesceGuest::precondition(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase == MachinePhase::Running) return {};
  return fail(ErrorKind::Stale, "the VM of sandbox '" + name.str() + "' does not run");
}

Result<Effect> UnquiesceGuest::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(unquiesce(host, uid));
  return Effect::Changed;
}

Status UnquiesceGuest::verify(Host& host) const {
  if (!host.store.look().quiesced.contains(uid)) return {};
  return fail(ErrorKind::Failed, "sandbox '" + name.str() + "' is still marked as quiesced");
}

}  // namespace cowherd
