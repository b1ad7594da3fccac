// SPDX-License-Identifier: Apache-2.0
// Sandboxes: | wanted   | identity | -> |
//            | create   | -        | create, then its store, disk and VM in the same plan
//            | keep     | differs  | record the edit; what it restarts follows from the VM's digest
//            | keep     | same     | disk and VM alone
//            | remove   | present  | VM, device, then the directory to trash; its successor waits until it is gone
//            | hold     | -        | nothing, with the reason
#include <set>

#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

namespace {

std::string summary_of(const std::vector<FieldChange>& edits) {
  std::string text;
  for (const FieldChange& edit : edits) {
    if (!text.empty()) text += ", ";
    text += edit.path + " " + (edit.from.empty() ? "(unset)" : edit.from) + " -> " +
            (edit.to.empty() ? "(unset)" : edit.to);
  }
  return text;
}

std::string update_summary(const WantedSandbox& wanted) {
  if (!wanted.edits.empty()) return summary_of(wanted.edits);
  if (wanted.identity.retained != wanted.present->retained) {
    return wanted.identity.retained ? "retained" : "declared again";
  }
  if (wanted.identity.expired_generation != wanted.present->expired_generation) return "its ttl expired";
  if (wanted.identity.last_scheduled != wanted.present->last_scheduled) return "when its schedule took a snapshot";
  return "where it is declared, its labels or annotations";
}

std::string update_reason(const WantedSandbox& wanted) {
  const bool expires = wanted.identity.expired_generation != wanted.present->expired_generation;
  const bool is_given_up = wanted.identity.retained && !wanted.present->retained;
  if (!wanted.edits.empty()) return "edited";
  if (expires || is_given_up) return wanted.power_reason;
  if (wanted.identity.last_scheduled != wanted.present->last_scheduled) return "a scheduled snapshot was taken";
  const bool moved = wanted.identity.origin != wanted.present->origin;
  return moved ? "now declared in " + wanted.identity.origin : "edited";
}

void report_held(const WantedSandbox& wanted, Proposal& proposal) {
  const std::string object = sandbox_object(wanted.identity.name);
  if (wanted.hindrance) {
    proposal.block(object, kind_of(*wanted.hindrance), wanted.hindrance->reason, wanted.hindrance->message);
  }
  if (!wanted.held_edits.empty() && !wanted.approval.empty()) {
    const std::string verb = wanted.approval.substr(0, wanted.approval.find('@'));
    proposal.block(object, BlockKind::Approval, "ApprovalRequired",
                   summary_of(wanted.held_edits) + " needs a new disk; approve with `cowherd approve " + verb + " " +
                       object + "` or annotation " + std::string(kApproveAnnotation) + ": " + wanted.approval);
  }
}

void diff_sandbox(const SandboxView& view, MemoryBudget& budget, Proposal& proposal) {
  const WantedSandbox& wanted = view.wanted;
  const ResourceName& name = wanted.identity.name;
  report_held(wanted, proposal);
  if (wanted.fate == Fate::Hold) return;
  if (wanted.fate == Fate::Create) {
    if (wanted.hindrance) return;
    proposal.propose(Action{CreateSandbox{wanted.identity, wanted.template_inputs}}, wanted.reason);
  }
  if (view.machine.known() && view.machine->phase == MachinePhase::Dead) {
    // Its end is recorded first; everything else follows from the record, in the next pass.
    proposal.propose(Action{ReapMachine{wanted.identity.uid, name, view.machine->exit.value_or(MachineExit{}),
                                        view.machine->started_at}},
                     "its process is gone");
    return;
  }
  if (wanted.fate == Fate::Keep && wanted.present && wanted.identity != *wanted.present) {
    proposal.propose(Action{UpdateSandbox{*wanted.present, wanted.identity, update_summary(wanted)}},
                     update_reason(wanted));
  }
  diff_memory(view, proposal);
  diff_machine(view, budget, proposal);
  diff_disk(view, proposal);
  if (wanted.fate == Fate::Remove && view.can_leave()) {
    Step step{Action{RemoveSandbox{wanted.present->uid, name, wanted.present->template_name, wanted.present->revision}},
              wanted.reason, {}, wanted.is_prune};
    proposal.steps.push_back(std::move(step));
  }
  if (wanted.identity.expires && wanted.identity.expired_generation != wanted.identity.generation) {
    proposal.wake_at(*wanted.identity.expires);
  }
}

}  // namespace

SandboxView view_of(const PlanInput& input, const WantedSandbox& wanted) {
  static const Fact<DiskState> kNoDisk{Absent{}};
  static const Fact<MachineState> kNoMachine{Absent{}};
  static const Fact<PauseImage> kNoImage{Absent{}};
  const auto disk = input.seen.disks.find(wanted.identity.uid);
  const auto machine = input.seen.machines.find(wanted.identity.uid);
  const auto image = input.seen.store.pauses.find(wanted.identity.uid);
  return {input, wanted, disk == input.seen.disks.end() ? kNoDisk : disk->second,
          machine == input.seen.machines.end() ? kNoMachine : machine->second,
          image == input.seen.store.pauses.end() ? kNoImage : image->second};
}

void diff_sandboxes(const PlanInput& input, Proposal& proposal) {
  MemoryBudget budget(input);
  std::set<ResourceName> staying;  // replaced, but not removed by this pass
  for (const WantedSandbox& wanted : input.wanted.sandboxes) {
    if (wanted.fate == Fate::Create && staying.contains(wanted.identity.name)) continue;
    const SandboxView view = view_of(input, wanted);
    diff_sandbox(view, budget, proposal);
    if (wanted.fate == Fate::Remove && !view.can_leave()) staying.insert(wanted.identity.name);
  }
}

}  // namespace cowherd
