// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/capture_snapshot.h"

#include "reconciler/actions/capture_sandbox.h"

namespace cowherd {

std::string CaptureSnapshot::describe() const {
  const std::string what = identity.spec.mode == SnapshotMode::Full ? "disk and memory" : "disk";
  return "capture the " + what + " of sandbox '" + identity.sandbox.str() + "' as snapshot '" + identity.name.str() + "'";
}

Status CaptureSnapshot::precondition(Host& host) const {
  const std::string who = "sandbox '" + identity.sandbox.str() + "'";
  COWHERD_TRY(current_identity(host, identity.sandbox_uid));
  const Fact<MachineState> machine = machine_now(host, identity.sandbox_uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known() && machine->phase != MachinePhase::Running) {
    return fail(ErrorKind::Stale, "the VM of " + who + " does not run any more");
  }
  const auto taken = host.store.snapshot(identity.name.str());
  if (taken) return fail(ErrorKind::Stale, "snapshot '" + identity.name.str() + "' exists already");
  if (taken.error().kind != ErrorKind::NotFound) return fail(taken.error());
  return {};
}

Result<Effect> CaptureSnapshot::apply(Host& host, const BulkControl& control) const {
  COWHERD_ASSIGN(const SandboxIdentity sandbox, current_identity(host, identity.sandbox_uid));
  SnapshotIdentity concrete = identity;
  concrete.disk_size = sandbox.disk_size;
  Timings timings(host.clock);
  const auto capture = [&](const std::string& staged, SnapshotIdentity& taken) {
    return capture_sandbox(host, {sandbox, staged, freeze_budget}, taken, control, timings);
  };
  COWHERD_TRY(host.store.publish_snapshot(std::move(concrete), capture, control));
  timings.lap("digest");
  timings.tell(control);
  return Effect::Changed;
}

Status CaptureSnapshot::verify(Host& host) const {
  COWHERD_ASSIGN(const SnapshotIdentity taken, host.store.snapshot(identity.name.str()));
  if (taken.uid == identity.uid) return {};
  return fail(ErrorKind::Failed, "snapshot '" + identity.name.str() + "' is another one after it was captured");
}

}  // namespace cowherd
