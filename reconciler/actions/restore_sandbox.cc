// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/restore_sandbox.h"

#include "reconciler/actions/compose_flat.h"
#include "reconciler/actions/timings.h"

namespace cowherd {

Keys RestoreSandbox::makes() const {
  if (from.memory) return {store_key(name), memory_key(name), flat_key(name)};
  return {store_key(name)};
}

std::string RestoreSandbox::describe() const {
  return "give sandbox '" + name.str() + "' the " + (from.memory ? "memory and disk" : "disk") + " of snapshot '" +
         from.snapshot.str() + "'";
}

Status RestoreSandbox::precondition(Host& host) const {
  COWHERD_TRY(current_identity(host, uid));
  COWHERD_TRY(current_capture(host, from.snapshot, from.capture));
  return {};
}

Result<Effect> RestoreSandbox::apply(Host& host, const BulkControl& control) const {
  COWHERD_ASSIGN(const SandboxIdentity sandbox, current_identity(host, uid));
  COWHERD_ASSIGN(const SnapshotIdentity snapshot, current_capture(host, from.snapshot, from.capture));
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.known() && state->store_present) return Effect::Unchanged;
  Timings timings(host.clock);
  if (from.memory) {
    // What every clone maps is made once for all of them: one page cache, and shared extents where the file system can.
    const std::string directory = host.store.layout().snapshot_dir(snapshot.name.str());
    COWHERD_ASSIGN(const std::string made, compose_flat(host, directory, control));
    if (!made.empty()) timings.lap("compose (" + made + ")");
    COWHERD_TRY(host.store.restore_memory(sandbox, snapshot));
    timings.lap("memory");
  }
  COWHERD_TRY(host.store.restore_disk(sandbox, snapshot, control));
  timings.lap("disk");
  timings.tell(control);
  return Effect::Changed;
}

Status RestoreSandbox::verify(Host& host) const {
  COWHERD_ASSIGN(const DiskAtHand disk, disk_of(host, uid));
  const Fact<DiskState> state = disk.driver->look(disk.plan);
  if (state.unknown()) return fail(state.why());
  if (state.known() && state->store_present) return {};
  return fail(ErrorKind::Failed, "the disk of sandbox '" + name.str() + "' is not there after it was restored");
}

}  // namespace cowherd
