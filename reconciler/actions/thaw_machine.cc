// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/thaw_machine.h"

namespace cowherd {

// A guest whose memory is kept may only go on once that image is marked: resume_machine does both.
Status ThawMachine::precondition(Host& host) const {
  const Fact<PauseImage> image = pause_now(host, uid);
  if (image.unknown()) return fail(image.why());
  if (image.known() && image->usable()) {
    return fail(ErrorKind::Stale, "the memory of sandbox '" + name.str() + "' is kept");
  }
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.absent()) return fail(ErrorKind::Stale, "the VM of sandbox '" + name.str() + "' went away");
  return {};
}

Result<Effect> ThawMachine::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(host.machines.thaw(uid));
  return Effect::Changed;
}

Status ThawMachine::verify(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.known() && machine->phase == MachinePhase::DiskStopped) {
    return fail(ErrorKind::Exhausted, "the disk of sandbox '" + name.str() + "' takes no write still",
                "free space on the host, or see what `cowherd describe` says about the disk");
  }
  return {};
}

}  // namespace cowherd
