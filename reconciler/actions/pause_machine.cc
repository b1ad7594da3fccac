// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/pause_machine.h"

#include "reconciler/actions/keep_memory.h"
#include "reconciler/actions/timings.h"

namespace cowherd {

namespace {

// Whether the image of exactly this VM stands already: then its guest must not run on.
bool is_kept(Host& host, const Uid& uid, const std::string& before) {
  const Result<PauseImage> image = host.store.pause(uid);
  return image && image->usable() && image->identity.saved.build != before;
}

}  // namespace

std::string PauseMachine::describe() const {
  return "keep memory and devices of sandbox '" + name.str() + "' on disk and end its VM";
}

Status PauseMachine::precondition(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  const bool lives = machine.known() && machine->phase != MachinePhase::Dead;
  if (!lives) return fail(ErrorKind::Stale, "no VM of sandbox '" + name.str() + "' lives");
  const Fact<PauseImage> image = pause_now(host, uid);
  if (image.unknown()) return fail(image.why());
  if (image.known() && image->usable()) {
    return fail(ErrorKind::Stale, "the memory of sandbox '" + name.str() + "' is kept already");
  }
  return {};
}

Result<Effect> PauseMachine::apply(Host& host, const BulkControl& control) const {
  COWHERD_ASSIGN(const SandboxIdentity identity, current_identity(host, uid));
  const Fact<MachineState> machine = machine_now(host, uid);
  if (!machine.known()) return fail(ErrorKind::Stale, "the VM of sandbox '" + name.str() + "' went away");
  Timings timings(host.clock);
  const auto freeze_and_publish = [&]() -> Status {
    COWHERD_TRY(host.machines.freeze(uid));
    timings.lap("freeze");
    COWHERD_TRY(sync_disk(host, identity));
    timings.lap("disk");
    return host.store.publish_pause(identity, [&](const std::string& staged) {
      return keep_memory(host, {identity, *machine, staged}, control, timings);
    });
  };
  if (Status published = freeze_and_publish(); !published) {
    // Published after all, only not surely durable: the next look sees to that, and the guest may not run on.
    if (is_kept(host, uid, machine->loaded)) return fail(published.error());
    Error error = std::move(published).error();
    if (const Status thawed = host.machines.thaw(uid); !thawed) error = std::move(error).and_also(thawed.error());
    return fail(std::move(error));
  }
  timings.lap("publish");
  COWHERD_TRY(host.machines.stop(uid, StopMode::Kill, Span{}));
  COWHERD_TRY(host.machines.reap(uid));
  timings.lap("end");
  timings.tell(control);
  return Effect::Changed;
}

Status PauseMachine::verify(Host& host) const {
  COWHERD_ASSIGN(const PauseImage image, host.store.pause(uid));
  if (!image.usable()) return fail(ErrorKind::Failed, "the image of sandbox '" + name.str() + "' is of no use");
  if (!machine_now(host, uid).absent()) {
    return fail(ErrorKind::Failed, "the VM of sandbox '" + name.str() + "' is there after its pause");
  }
  return {};
}

}  // namespace cowherd
