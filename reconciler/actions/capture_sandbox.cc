// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/capture_sandbox.h"

#include <algorithm>

#include "reconciler/actions/freeze_budget.h"
#include "reconciler/actions/keep_memory.h"
#include "reconciler/actions/quiesce.h"
#include "resources/files/publish.h"
#include "resources/store/share_memory.h"

namespace cowherd {

namespace {

// What a copy within the budget came to, for people.
Error over_budget(const CapturePlan& plan, const FreezeBudget& budget, const std::string& doing) {
  std::string numbers = print_span(budget.spent()) + " were spent";
  if (budget.total().value != 0) {
    const auto needed = static_cast<double>(budget.spent().count()) * static_cast<double>(budget.total().value) /
                        static_cast<double>(std::max<std::uint64_t>(budget.done().value, 1));
    numbers = print_quantity(budget.done()) + " of " + print_quantity(budget.total()) + " were copied in " +
              print_span(budget.spent()) + ", about " + print_span(Span{static_cast<Span::rep>(needed)}) + " in all";
  }
  return make_error(ErrorKind::Exhausted,
                    doing + ": its guest would stand still longer than limits.freezeBudget (" +
                        print_span(plan.freeze_budget) + "): " + numbers,
                    "set the sandbox to Paused first, raise limits.freezeBudget, or keep the state directory on a file "
                    "system with reflinks (XFS, btrfs)")
      .because("FreezeBudgetExceeded");
}

std::string copy_path(Host& host, const CapturePlan& plan) {
  return plan.staged + "/" + name_of(store_path_of(host, plan.sandbox));
}

Status copy_store(Host& host, const CapturePlan& plan, const BulkControl& control) {
  COWHERD_TRY(host.bulk.copy(store_path_of(host, plan.sandbox), copy_path(host, plan), control));
  return {};
}

// How long a copy takes is best told by a copy: while the guest runs, for at most as long as the budget allows.
Status try_copy(Host& host, const CapturePlan& plan, const BulkControl& control) {
  FreezeBudget budget(control, host.clock, plan.freeze_budget);
  const Status copied = copy_store(host, plan, budget.control());
  if (budget.is_over() && !control.stop.stop_requested()) {
    return fail(over_budget(plan, budget, "try how long the copy of the disk takes"));
  }
  COWHERD_TRY(copied);
  return host.files.remove(copy_path(host, plan));
}

// Precondition: frozen.
Status copy_frozen(Host& host, const CapturePlan& plan, const MachineState& machine, SnapshotIdentity& taken,
                   const BulkControl& control, Timings& timings) {
  FreezeBudget budget(control, host.clock, plan.freeze_budget);
  const auto copy = [&]() -> Status {
    COWHERD_TRY(copy_store(host, plan, budget.control()));
    timings.lap("disk");
    if (taken.spec.mode != SnapshotMode::Full) return {};
    COWHERD_ASSIGN(taken.memory, keep_memory(host, {plan.sandbox, machine, plan.staged}, budget.control(), timings));
    return {};
  };
  Status copied = copy();
  if (!copied && budget.is_over() && !control.stop.stop_requested()) {
    return fail(over_budget(plan, budget, "capture the frozen guest"));
  }
  return copied;
}

Status capture_running(Host& host, const CapturePlan& plan, const MachineState& machine, SnapshotIdentity& taken,
                       const BulkControl& control, Timings& timings) {
  const Uid& uid = plan.sandbox.uid;
  const bool quiesced = taken.spec.consistency == Consistency::Quiesced;
  COWHERD_TRY(try_copy(host, plan, control));
  timings.lap("trial");
  if (quiesced) COWHERD_TRY(quiesce(host, uid));
  const Moment begun = host.clock.now();
  Status captured = host.machines.freeze(uid);
  timings.lap("freeze");
  taken.captured = host.clock.now();
  if (captured) captured = copy_frozen(host, plan, machine, taken, control, timings);
  const Status thawed = host.machines.thaw(uid);
  const Status released = quiesced ? unquiesce(host, uid) : Status{};
  timings.lap("continue");
  timings.note_frozen(host.clock.now() - begun);
  for (const Status& back : {thawed, released}) {
    if (back) continue;
    captured = captured ? back : Status(fail(std::move(captured).error().and_also(back.error())));
  }
  return captured;
}

Status capture_standing(Host& host, const CapturePlan& plan, SnapshotIdentity& taken, const BulkControl& control,
                        Timings& timings) {
  if (taken.spec.consistency == Consistency::Quiesced) {
    return fail(make_error(ErrorKind::Failed, "quiesce the guest: it does not run",
                           "set the sandbox to Running, or declare consistency: Crash")
                    .because("QuiesceFailed"));
  }
  const Fact<PauseImage> image = pause_now(host, plan.sandbox.uid);
  const bool is_damaged = image.unknown() && image.why().kind == ErrorKind::Corrupt;  // the disk may be captured still
  if (image.unknown() && !(is_damaged && taken.spec.mode == SnapshotMode::Disk)) return fail(image.why());
  const bool is_paused = image.known() && image->usable();
  taken.power = is_paused ? "Paused" : "Stopped";
  taken.captured = host.clock.now();
  COWHERD_ASSIGN(const FileStamp store, host.files.stat(store_path_of(host, plan.sandbox)));
  taken.standing = standing_mark(store.mtime_ns, image);
  COWHERD_TRY(copy_store(host, plan, control));
  timings.lap("disk");
  if (taken.spec.mode != SnapshotMode::Full) return {};
  if (!is_paused) {
    timings.note("no memory: it does not run");
    return {};
  }
  // The memory of a paused guest is kept already: its files are shared, never changed by anybody.
  COWHERD_ASSIGN(const Generation kept, load_generation(host.files, host.store.layout().memory_dir(plan.sandbox.uid)));
  COWHERD_TRY(share_memory(host.files, host.bulk, kept, plan.staged));
  taken.memory = image->identity.saved;
  timings.lap("memory");
  return {};
}

}  // namespace

Status capture_sandbox(Host& host, const CapturePlan& plan, SnapshotIdentity& taken, const BulkControl& control,
                       Timings& timings) {
  const Fact<MachineState> machine = machine_now(host, plan.sandbox.uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.absent()) {
    COWHERD_TRY(capture_standing(host, plan, taken, control, timings));
  } else {
    taken.power = "Running";
    COWHERD_TRY(capture_running(host, plan, *machine, taken, control, timings));
  }
  return host.files.sync(copy_path(host, plan));
}

}  // namespace cowherd
