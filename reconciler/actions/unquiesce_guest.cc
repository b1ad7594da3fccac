// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/unquiesce_guest.h"

namespace cowherd {

namespace {

constexpr Span kDeadline = std::chrono::seconds{10};

}  // namespace

Status UnquiesceGuest::precondition(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase == MachinePhase::Running) return {};
  return fail(ErrorKind::Stale, "the VM of sandbox '" + name.str() + "' does not run");
}

Result<Effect> UnquiesceGuest::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(host.machines.unquiesce(uid, kDeadline));
  COWHERD_TRY(host.store.clear_quiesced(uid));
  return Effect::Changed;
}

Status UnquiesceGuest::verify(Host& host) const {
  if (!host.store.look().quiesced.contains(uid)) return {};
  return fail(ErrorKind::Failed, "sandbox '" + name.str() + "' is still marked as quiesced");
}

}  // namespace cowherd
