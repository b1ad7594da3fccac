// SPDX-License-Identifier: Apache-2.0
// VMs: | wanted  | now          | -> |
//      | running | none         | start, when the backoff is over and memory allows
//      | running | as declared  | nothing
//      | running | other digest | stop, start
//      | stopped | lives        | stop
//      | any     | dead         | reap, and nothing else in this pass (diff_sandboxes)
//      | any     | unknown      | nothing
#include "reconciler/desired/concrete.h"
#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

namespace {

// On a busy host a VMM is now and then late with its answer: that is no reason to doubt it until the next full look.
constexpr Span kLookAgainSoon = std::chrono::seconds{2};

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
  if (view.disk.known() && view.disk->fault != DiskFault::None && !view.disk_is_small()) return;
  if (!budget.admit(identity.spec.memory)) {
    proposal.block(view.object(), BlockKind::Waiting, "InsufficientMemory",
                   "running VMs take " + print_quantity(budget.in_use()) + " of the memory budget of " +
                       print_quantity(budget.budget()) + ", and it wants " + print_quantity(identity.spec.memory) +
                       "; stop others, or raise limits.memoryBudgetPercent");
    return;
  }
  proposal.propose(Action{StartMachine{identity.uid, identity.name}}, reason);
}

void stop(const SandboxView& view, const std::string& reason, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.present ? *view.wanted.present : view.wanted.identity;
  proposal.propose(Action{StopMachine{identity.uid, identity.name, StopMode::Graceful, identity.spec.graceful_stop}},
                   reason);
}

void report_phase(const SandboxView& view, Proposal& proposal) {
  if (view.machine->phase == MachinePhase::DiskStopped) {
    proposal.block(view.object(), BlockKind::Waiting, "DiskStopped",
                   "the guest is stopped because its disk could not take a write; free space on the host, then "
                   "restart the sandbox");
  }
  if (view.machine->phase == MachinePhase::Unresponsive) {
    proposal.block(view.object(), BlockKind::Unknown, "VmmUnresponsive",
                   "its VMM (pid " + std::to_string(view.machine->pid) + ") does not answer; it is left alone");
    proposal.wake_at(view.input.now + kLookAgainSoon);
  }
}

}  // namespace

namespace {

Bytes whole_mebibytes(Bytes of, int percent) {
  const std::uint64_t share = of.value / 100 * static_cast<std::uint64_t>(percent);
  return Bytes{share - share % (1_MiB).value};
}

}  // namespace

MemoryBudget::MemoryBudget(const PlanInput& input)
    : budget_(whole_mebibytes(input.seen.host_memory, input.limits.memory_budget_percent)) {
  for (const auto& [uid, machine] : input.seen.machines) {
    if (machine.known() && machine->phase != MachinePhase::Dead) in_use_ = in_use_ + machine->memory;
  }
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

bool SandboxView::restart_wanted() const {
  if (!vm_lives() || !vm_wanted() || disk.unknown()) return false;
  return machine->config_digest != config_digest_of(wanted.identity) || disk_is_small();
}

void diff_machine(const SandboxView& view, MemoryBudget& budget, Proposal& proposal) {
  if (view.machine.unknown()) {
    proposal.block(view.object(), BlockKind::Unknown, "VmUnknown", to_string(view.machine.why()));
    return;
  }
  if (view.vm_lives() && !view.vm_wanted()) {
    stop(view, view.wanted.fate == Fate::Remove ? view.wanted.reason : view.wanted.power_reason, proposal);
    return;
  }
  if (view.restart_wanted()) {
    stop(view, "the VM is not as declared any more", proposal);
    start(view, budget, "as declared now", proposal);
    return;
  }
  if (view.vm_lives()) {
    report_phase(view, proposal);
    return;
  }
  if (view.vm_wanted()) {
    const bool ran_before = view.wanted.identity.last_exit.has_value();
    start(view, budget, ran_before ? "restartPolicy" : "powerState Running", proposal);
  }
}

}  // namespace cowherd
