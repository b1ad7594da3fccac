// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/remove_sandbox.h"

#include "resources/store/approvals.h"

namespace cowherd {

std::string RemoveSandbox::describe() const { return "move sandbox '" + name.str() + "' and its disk to trash"; }

// Ordering is law: the VM is dead and the device is gone before the files go.
Status RemoveSandbox::precondition(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known()) return fail(ErrorKind::Stale, "the VM of sandbox '" + name.str() + "' is not cleared yet");
  const auto disk = disk_of(host, uid);
  if (!disk) return disk.error().kind == ErrorKind::Stale ? Status{} : Status{fail(disk.error())};
  const Fact<DiskState> state = disk->driver->look(disk->plan);
  if (state.unknown()) return fail(state.why());
  if (state.known() && state->active && disk->plan.driver == DiskDriverKind::DmSnapshot) {
    return fail(ErrorKind::Stale, "the disk of sandbox '" + name.str() + "' is active");
  }
  return {};
}

Result<Effect> RemoveSandbox::apply(Host& host, const BulkControl&) const {
  auto identity = host.store.sandbox(uid);
  if (!identity) {
    if (identity.error().kind == ErrorKind::NotFound) return Effect::Unchanged;
    return fail(identity.error());
  }
  COWHERD_TRY(host.store.trash_sandbox(*identity));
  COWHERD_TRY(consume_approvals(host.files, host.store.layout(), uid));
  return Effect::Changed;
}

Status RemoveSandbox::verify(Host& host) const {
  const auto identity = host.store.sandbox(uid);
  if (!identity && identity.error().kind == ErrorKind::NotFound) return {};
  return fail(ErrorKind::Failed, "sandbox '" + name.str() + "' is still there after it was moved to trash");
}

}  // namespace cowherd
