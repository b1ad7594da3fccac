// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/capture_sandbox.h"

#include <algorithm>

#include "reconciler/actions/freeze_budget.h"
#include "reconciler/actions/keep_memory.h"
#include "resources/files/publish.h"
#include "resources/memory/generation.h"

namespace cowherd {

namespace {

constexpr Span kQuiesceDeadline = std::chrono::seconds{10};

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

// Marked first: whoever dies meanwhile leaves a guest that is known to need help.
Status quiesce(Host& host, const Uid& uid) {
  COWHERD_TRY(host.store.mark_quiesced(uid));
  Status quiesced = host.machines.quiesce(uid, kQuiesceDeadline);
  if (quiesced) return quiesced;
  Error error = std::move(quiesced).error().because("QuiesceFailed").with_hint(
      "the guest needs qemu-guest-agent on its virtio-serial port, or declare consistency: Crash");
  const Status cleared = host.store.clear_quiesced(uid);  // nothing is held after a failure
  return fail(cleared ? std::move(error) : std::move(error).and_also(cleared.error()));
}

Status release(Host& host, const Uid& uid) {
  COWHERD_TRY(host.machines.unquiesce(uid, kQuiesceDeadline));
  return host.store.clear_quiesced(uid);
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
  Status captured = host.machines.freeze(uid);
  timings.lap("freeze");
  taken.captured = host.clock.now();
  if (captured) captured = copy_frozen(host, plan, machine, taken, control, timings);
  const Status thawed = host.machines.thaw(uid);
  const Status released = quiesced ? release(host, uid) : Status{};
  timings.lap("continue");
  for (const Status& back : {thawed, released}) {
    if (back) continue;
    captured = captured ? back : Status(fail(std::move(captured).error().and_also(back.error())));
  }
  return captured;
}

// The memory of a paused guest is kept already: its files are shared, never changed by anybody.
Status share_kept_memory(Host& host, const CapturePlan& plan, const PauseImage& image) {
  const std::string directory = host.store.layout().memory_dir(plan.sandbox.uid);
  COWHERD_ASSIGN(const Generation generation, load_generation(host.files, directory));
  COWHERD_TRY(link_files(host.files, generation, generation.header, plan.staged));
  if (image.has_flat) COWHERD_TRY(host.files.link(directory + "/" + kFlatFile, plan.staged + "/" + kFlatFile));
  const std::string state = plan.staged + "/" + kStateFile;
  COWHERD_TRY(host.bulk.copy(directory + "/" + kStateFile, state, {}));
  COWHERD_TRY(host.files.sync(state));
  return publish_header(host.files, plan.staged, generation.header);
}

Status capture_standing(Host& host, const CapturePlan& plan, SnapshotIdentity& taken, const BulkControl& control,
                        Timings& timings) {
  if (taken.spec.consistency == Consistency::Quiesced) {
    return fail(make_error(ErrorKind::Failed, "quiesce the guest: it does not run",
                           "set the sandbox to Running, or declare consistency: Crash")
                    .because("QuiesceFailed"));
  }
  const Result<PauseImage> image = host.store.pause(plan.sandbox.uid);
  if (!image && image.error().kind != ErrorKind::NotFound) return fail(image.error());
  const bool is_paused = image && image->usable();
  taken.power = is_paused ? "Paused" : "Stopped";
  taken.captured = host.clock.now();
  COWHERD_TRY(copy_store(host, plan, control));
  timings.lap("disk");
  if (taken.spec.mode != SnapshotMode::Full) return {};
  if (!is_paused) {
    timings.note("no memory: it does not run");
    return {};
  }
  COWHERD_TRY(share_kept_memory(host, plan, *image));
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
