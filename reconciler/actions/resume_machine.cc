// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/resume_machine.h"

#include "reconciler/actions/timings.h"
#include "reconciler/desired/concrete.h"

namespace cowherd {

namespace {

Result<MachineSpec> spec_of(Host& host, const Uid& uid, const PauseImage& image) {
  COWHERD_ASSIGN(const SandboxIdentity identity, current_identity(host, uid));
  COWHERD_ASSIGN(const RevisionIdentity revision, host.store.revision(identity.template_name, identity.revision));
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.absent() || !state->active) {
    return fail(ErrorKind::Stale, "the disk of sandbox '" + identity.name.str() + "' is not active");
  }
  return saved_machine_spec(machine_spec_of(identity, revision, *state, host.store.layout()), image.identity.saved,
                            host.store.layout());
}

// Loaded in an earlier attempt, not let go yet.
bool is_loaded(const Fact<MachineState>& machine, const PauseImage& image) {
  return machine.known() && machine->phase != MachinePhase::Dead && machine->loaded == image.identity.saved.build;
}

}  // namespace

std::string ResumeMachine::describe() const {
  return "load the kept memory of sandbox '" + name.str() + "' and let its guest continue";
}

Status ResumeMachine::precondition(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  const Fact<PauseImage> image = pause_now(host, uid);
  if (image.unknown()) return fail(image.why());
  if (image.absent()) return fail(ErrorKind::Stale, "no memory of sandbox '" + name.str() + "' is kept");
  if (!image->usable()) return fail(ErrorKind::Stale, "the kept memory of sandbox '" + name.str() + "' is of no use");
  if (machine.absent() || is_loaded(machine, *image)) return {};
  return fail(ErrorKind::Stale, "another VM of sandbox '" + name.str() + "' is there");
}

Result<Effect> ResumeMachine::apply(Host& host, const BulkControl& control) const {
  COWHERD_ASSIGN(const PauseImage image, host.store.pause(uid));
  Timings timings(host.clock);
  if (!is_loaded(machine_now(host, uid), image)) {
    COWHERD_ASSIGN(const MachineSpec spec, spec_of(host, uid, image));
    COWHERD_ASSIGN(const MachineBuild here, host.machines.build(spec));
    if (const std::string differs = difference(image.identity.saved.machine, here); !differs.empty()) {
      COWHERD_TRY(host.store.refuse_pause(uid, differs));
      return fail(ErrorKind::Stale, "the kept memory of sandbox '" + name.str() + "' does not fit this host: " + differs);
    }
    if (const Status loaded = host.machines.start(spec); !loaded) {
      if (loaded.error().kind == ErrorKind::Corrupt) COWHERD_TRY(host.store.refuse_pause(uid, loaded.error().message));
      return fail(loaded.error());
    }
    timings.lap("load");
  }
  COWHERD_TRY(host.store.consume_pause(uid));
  timings.lap("mark");
  COWHERD_TRY(host.machines.thaw(uid));
  timings.lap("continue");
  timings.tell(control);
  return Effect::Changed;
}

Status ResumeMachine::verify(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.absent()) return fail(ErrorKind::Failed, "no VM of sandbox '" + name.str() + "' after its resume");
  return {};  // one that died already is the next look's business
}

}  // namespace cowherd
