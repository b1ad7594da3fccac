// SPDX-License-Identifier: Apache-2.0
// VMs: the move that vm_move.cc decides, as steps; a start waits until its backoff is over and memory allows. A dead VM is
// reaped first, and nothing else is done in that pass (diff_sandboxes).
#include "reconciler/desired/concrete.h"
#include "reconciler/plan/memory_budget.h"
#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

namespace {

// On a busy host a VMM is now and then late with its answer: that is no reason to doubt it until the next full look.
constexpr Span kLookAgainSoon = std::chrono::seconds{2};

bool admit(const SandboxView& view, Bytes memory, MemoryBudget& budget, Proposal& proposal) {
  if (budget.admit(memory)) return true;
  proposal.block(view.object(), BlockKind::Waiting, "InsufficientMemory",
                 "running VMs take " + print_quantity(budget.in_use()) + " of the memory budget of " +
                     print_quantity(budget.budget()) + ", and it wants " + print_quantity(memory) +
                     "; stop or pause others, or raise limits.memoryBudgetPercent");
  return false;
}

// A VM would find a disk that nothing mends; the disk's rules say so.
bool is_at_fault_for_good(const SandboxView& view) {
  const bool is_at_fault = view.disk.known() && view.disk->fault != DiskFault::None;
  return is_at_fault && !view.disk_is_small() && !view.repair_wanted();
}

void start(const SandboxView& view, MemoryBudget& budget, const std::string& reason, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.identity;
  if (view.wanted.start_not_before && *view.wanted.start_not_before > view.input.now) {
    const LastExit& last = *identity.last_exit;
    Blocked blocked{view.object(), BlockKind::Backoff, "CrashLoopBackOff",
                    "the VM ended" +
                        (last.failures == 1 ? "" : " " + std::to_string(last.failures) + " times in a row") + " (" +
                        last.reason + (last.detail.empty() ? "" : ": " + last.detail) + "); started again at " +
                        print_moment(*view.wanted.start_not_before),
                    view.wanted.start_not_before};
    proposal.blocked.push_back(std::move(blocked));
    proposal.wake_at(*view.wanted.start_not_before);
    return;
  }
  if (view.disk.unknown()) return;  // the disk's rules say so
  if (is_at_fault_for_good(view)) return;
  if (!admit(view, identity.spec.memory, budget, proposal)) return;
  if (view.is_to_be_restored() && identity.restored->memory) {
    proposal.propose(Action{ResumeMachine{identity.uid, identity.name}},
                     "it continues as snapshot '" + identity.restored->snapshot.str() + "'");
    return;
  }
  proposal.propose(Action{StartMachine{identity.uid, identity.name}}, reason);
}

void resume(const SandboxView& view, MemoryBudget& budget, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.identity;
  if (view.disk.unknown()) return;  // the disk's rules say so
  if (!view.vm_lives() && is_at_fault_for_good(view)) return;
  if (!view.vm_lives() && !admit(view, view.image->identity.saved.memory, budget, proposal)) return;
  if (!view.vm_lives() && !view.image->has_flat) {
    proposal.propose(Action{ComposeMemory{identity.uid, identity.name}}, "a VM maps one flat image");
  }
  const bool ends = view.wanted.power == PowerState::Stopped;
  proposal.propose(Action{ResumeMachine{identity.uid, identity.name}},
                   ends ? "a paused guest shuts down in order" : view.wanted.power_reason);
}

void stop(const SandboxView& view, StopMode mode, const std::string& reason, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.present ? *view.wanted.present : view.wanted.identity;
  proposal.propose(Action{StopMachine{identity.uid, identity.name, mode, identity.spec.graceful_stop}}, reason);
}

void report_stopped_disk(const SandboxView& view, Proposal& proposal) {
  const bool is_full = view.disk.known() && view.disk->fault == DiskFault::Overflow;
  if (is_full) {
    proposal.block(view.object(), BlockKind::Waiting, "CowLimitReached",
                   "the guest stands still because it has written all that resources.disk.cowLimit allows; raise it, and "
                   "the guest goes on where it stands");
    return;
  }
  proposal.block(view.object(), BlockKind::Waiting, "DiskStopped",
                 "the guest stands still because its disk could not take a write; free space on the host, and it goes on "
                 "where it stands");
}

// What a capture that was interrupted left, or what a guest that was captured quiesced wakes up with.
void unquiesce(const SandboxView& view, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.identity;
  const bool runs = view.machine.known() && view.machine->phase == MachinePhase::Running;
  const bool is_captured_now = view.input.in_flight.contains(view.object());
  if (!runs || is_captured_now || !view.input.seen.store.quiesced.contains(identity.uid)) return;
  proposal.propose(Action{UnquiesceGuest{identity.uid, identity.name}}, "it was quiesced for a snapshot");
}

void report_phase(const SandboxView& view, Proposal& proposal) {
  if (!view.vm_lives()) return;
  if (view.machine->phase == MachinePhase::DiskStopped) report_stopped_disk(view, proposal);
  if (view.machine->phase == MachinePhase::Unresponsive) {
    proposal.block(view.object(), BlockKind::Unknown, "VmmUnresponsive",
                   "its VMM (pid " + std::to_string(view.machine->pid) + ") does not answer; it is left alone");
    proposal.wake_at(view.input.now + kLookAgainSoon);
  }
}

}  // namespace

MemoryBudget::MemoryBudget(const PlanInput& input)
    : in_use_(memory_of_machines(input.seen)), budget_(memory_budget(input.seen.host_memory, input.limits)) {
  for (const WantedSandbox& wanted : input.wanted.sandboxes) {  // a restart gives back what it takes
    const auto machine = input.seen.machines.find(wanted.identity.uid);
    if (machine == input.seen.machines.end() || !machine->second.known()) continue;
    const bool restarts = machine->second->phase != MachinePhase::Dead && wanted.fate == Fate::Keep &&
                          wanted.power == PowerState::Running &&
                          machine->second->config_digest != config_digest_of(wanted.identity);
    if (restarts) in_use_ = in_use_ - machine->second->memory;
  }
}

bool MemoryBudget::admit(Bytes memory) {
  if (in_use_ + memory > budget_) return false;
  in_use_ = in_use_ + memory;
  return true;
}

void diff_machine(const SandboxView& view, MemoryBudget& budget, Proposal& proposal) {
  if (view.machine.unknown()) {
    proposal.block(view.object(), BlockKind::Unknown, "VmUnknown", to_string(view.machine.why()));
    return;
  }
  const SandboxIdentity& identity = view.wanted.identity;
  switch (view.move()) {
    case VmMove::Wait: return;
    case VmMove::Stay:
      report_phase(view, proposal);
      unquiesce(view, proposal);
      return;
    case VmMove::Start:
      start(view, budget, identity.last_exit ? "restartPolicy" : "powerState Running", proposal);
      return;
    case VmMove::Restart:
      stop(view, StopMode::Graceful, "the VM is not as declared any more", proposal);
      start(view, budget, "as declared now", proposal);
      return;
    case VmMove::Resume: resume(view, budget, proposal); return;
    case VmMove::Thaw:
      proposal.propose(Action{ThawMachine{identity.uid, identity.name}},
                       view.machine->phase == MachinePhase::DiskStopped ? "its disk has room" : "it stands still for no reason");
      return;
    case VmMove::Pause:
      proposal.propose(Action{PauseMachine{identity.uid, identity.name}},
                       view.wanted.power == PowerState::Paused ? view.wanted.power_reason : "its disk is to be mended");
      return;
    case VmMove::Stop:
      stop(view, StopMode::Graceful, view.wanted.fate == Fate::Remove ? view.wanted.reason : view.wanted.power_reason,
           proposal);
      return;
    case VmMove::Kill: stop(view, StopMode::Kill, "it stands still, and its memory is kept", proposal); return;
  }
}

}  // namespace cowherd
