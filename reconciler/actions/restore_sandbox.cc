// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/restore_sandbox.h"

#include "reconciler/actions/timings.h"
#include "resources/memory/materialize.h"

namespace cowherd {

namespace {

// The flat image that every clone maps, once for all of them: one page cache, and shared extents where the file system can.
Status compose_once(Host& host, const SnapshotIdentity& snapshot, const BulkControl& control, Timings& timings) {
  const std::string directory = host.store.layout().snapshot_dir(snapshot.name.str());
  const std::string flat = directory + "/" + kFlatFile;
  const Result<FileStamp> present = host.files.stat(flat);
  if (present) return {};
  if (present.error().kind != ErrorKind::NotFound) return fail(present.error());
  COWHERD_ASSIGN(const Generation generation, load_generation(host.files, directory));
  COWHERD_ASSIGN(const CopyCount count, materialize({host.files, host.memory_files}, generation, flat, control));
  timings.lap("compose (shared " + print_quantity(count.shared) + ", copied " + print_quantity(count.copied) + ")");
  return {};
}

}  // namespace

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
    COWHERD_TRY(compose_once(host, snapshot, control, timings));
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
