// SPDX-License-Identifier: Apache-2.0
// Snapshots: | wanted  | captured | its sandbox            | -> |
//            | create  | no       | stands as declared     | capture it as it is
//            | create  | no       | has steps of its own   | waits for them
//            | create  | no       | leaves                 | capture first; while that cannot be, the sandbox stays
//            | create  | no       | unknown, at fault      | nothing, with the reason
//            | scheduled | no     | stands as declared     | capture it, unless it is off and as it was the last time
//            | scheduled | no     | anything else          | waits, and its sandbox says why
//            | keep    | yes      | -                      | record what is declared beside the capture
//            | keep    | yes      | retention lets it go   | to trash
//            | remove  | yes      | -                      | to trash, unless something is still to be made of it
//            | hold    | -        | -                      | nothing, with the reason
#include <algorithm>

#include "reconciler/desired/schedule.h"
#include "reconciler/plan/sandbox_rules.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

bool is_background(const Action& action) {
  return std::holds_alternative<ComposeMemory>(action.what) || std::holds_alternative<CompactMemory>(action.what);
}

bool has_steps(const std::string& object, const Proposal& proposal) {
  return std::any_of(proposal.steps.begin(), proposal.steps.end(), [&](const Step& step) {
    return object_of(step.action) == object && !is_background(step.action);
  });
}

// Why it cannot be captured as it is; nothing when it can.
std::optional<Blocked> obstacle(const SandboxView& view, const WantedSnapshot& wanted, const Proposal& proposal) {
  const std::string who = "sandbox '" + view.wanted.identity.name.str() + "'";
  const auto blocked = [&](BlockKind kind, const std::string& reason, const std::string& message) {
    return Blocked{snapshot_object(wanted.identity.name), kind, reason, message, std::nullopt};
  };
  if (view.input.wanted.suspended.contains(view.object())) {
    return blocked(BlockKind::Waiting, "SandboxSuspended", who + " is suspended; it is captured once it is not any more");
  }
  if (view.machine.unknown()) return blocked(BlockKind::Unknown, "SandboxUnknown", to_string(view.machine.why()));
  if (view.disk.unknown()) return blocked(BlockKind::Unknown, "SandboxUnknown", to_string(view.disk.why()));
  if (view.image.unknown()) return blocked(BlockKind::Unknown, "SandboxUnknown", to_string(view.image.why()));
  if (!view.disk.known() || !view.disk->store_present) {
    return blocked(BlockKind::Waiting, "SandboxNotReady", who + " has no disk yet");
  }
  if (view.disk->fault != DiskFault::None) {
    return blocked(BlockKind::Waiting, "SandboxNotReady", "the disk of " + who + " is at fault: " + view.disk->detail);
  }
  if (view.machine.known() && view.machine->phase != MachinePhase::Running) {
    return blocked(BlockKind::Waiting, "SandboxNotReady",
                   "the VM of " + who + " is " + std::string(to_string(view.machine->phase)));
  }
  if (view.wanted.fate == Fate::Remove) return std::nullopt;
  const bool stays = view.move() == VmMove::Stay || view.move() == VmMove::Wait;
  const bool is_disk_of_none = wanted.identity.spec.mode == SnapshotMode::Disk && !view.vm_lives() && !view.is_kept();
  if (has_steps(view.object(), proposal) || (!stays && !is_disk_of_none)) {
    return blocked(BlockKind::Waiting, "SandboxNotReady", who + " is not as declared yet; it is captured once it is");
  }
  return std::nullopt;
}

// No guest ran since the last scheduled snapshot of it was taken: another one would be the same.
bool is_as_it_was(const SandboxView& view) {
  const std::optional<ScheduledRun>& last = view.wanted.identity.last_scheduled;
  return last && view.machine.absent() && standing_mark(view.disk->store_mtime_ns, view.image) == last->standing;
}

void capture_scheduled(const SandboxView& view, const WantedSnapshot& wanted, Proposal& proposal) {
  if (obstacle(view, wanted, proposal) || is_as_it_was(view)) return;
  proposal.propose(Action{CaptureSnapshot{wanted.identity, view.input.limits.freeze_budget}}, wanted.reason);
}

// It leaves only after a snapshot of it that is still to be taken.
void keep_sandbox(const SandboxView& view, const WantedSnapshot& wanted, const std::string& why, Proposal& proposal) {
  if (view.wanted.fate != Fate::Remove) return;
  std::erase_if(proposal.steps, [&](const Step& step) {
    return object_of(step.action) == view.object() && !std::holds_alternative<ReapMachine>(step.action.what);
  });
  proposal.block(view.object(), BlockKind::Waiting, "SnapshotFirst",
                 "it stays until snapshot '" + wanted.identity.name.str() + "' of it is taken, which waits: " + why +
                     "; withdraw the snapshot's document to let it go without");
}

void capture(const PlanInput& input, const WantedSnapshot& wanted, Proposal& proposal) {
  const WantedSandbox* sandbox = sandbox_of(input, wanted);
  if (sandbox == nullptr) return;  // expand saw one that is not wanted any more: the next look tells
  const SandboxView view = view_of(input, *sandbox);
  if (wanted.hindrance) return keep_sandbox(view, wanted, "it is suspended", proposal);
  if (wanted.identity.scheduled) {
    capture_scheduled(view, wanted, proposal);
    return;
  }
  const bool leaves = sandbox->fate == Fate::Remove;
  if (std::optional<Blocked> why = obstacle(view, wanted, proposal)) {
    const bool is_on_its_way = why->kind == BlockKind::Waiting && has_steps(view.object(), proposal) && !leaves;
    if (!is_on_its_way) proposal.blocked.push_back(*why);
    return keep_sandbox(view, wanted, why->message, proposal);
  }
  proposal.propose(Action{CaptureSnapshot{wanted.identity, input.limits.freeze_budget}},
                   leaves ? "its sandbox is about to leave" : wanted.reason);
}

void remove(const PlanInput& input, const WantedSnapshot& wanted, const std::string& reason, Proposal& proposal) {
  const SnapshotIdentity& present = *wanted.present;
  const std::vector<std::string> users = users_to_come(input, present);
  if (!users.empty()) {
    proposal.block(snapshot_object(present.name), BlockKind::Waiting, "InUse",
                   wanted.reason + ", but still to be made of it: " + joined(users));
    return;
  }
  const auto kept = input.walk.kept.find(snapshot_node(present.name.str()));
  if (kept != input.walk.kept.end() && kept->second.by) {
    proposal.block(snapshot_object(present.name), BlockKind::Waiting, "InUse",
                   wanted.reason + ", but " + input.walk.lineage.nodes.at(*kept->second.by).label + " stands on it (" +
                       kept->second.reason + ")");
    return;
  }
  if (!input.walk.lineage.is_complete()) {
    proposal.block(snapshot_object(present.name), BlockKind::Unknown, "LineageUnknown",
                   wanted.reason + ", but something might stand on it: " + to_string(input.walk.lineage.doubts.front()));
    return;
  }
  Step step{Action{RemoveSnapshot{present.name, present.uid, present.template_name, present.revision}},
            reason, {}, wanted.is_prune};
  proposal.steps.push_back(std::move(step));
}

std::string update_summary(const WantedSnapshot& wanted) {
  if (wanted.identity.retained != wanted.present->retained) {
    return wanted.identity.retained ? "retained" : "declared again";
  }
  if (wanted.identity.spec_hash != wanted.present->spec_hash) return "what is declared beside the capture";
  return "where it is declared, its labels or annotations";
}

void report_held(const WantedSnapshot& wanted, Proposal& proposal) {
  const std::string object = snapshot_object(wanted.identity.name);
  if (wanted.hindrance) {
    proposal.block(object, kind_of(*wanted.hindrance), wanted.hindrance->reason, wanted.hindrance->message);
  }
  if (wanted.held_edits.empty() || wanted.approval.empty()) return;
  proposal.block(object, BlockKind::Approval, "ApprovalRequired",
                 "it is captured already, and " + wanted.held_edits.front().path +
                     " cannot change; declare another name, or have it captured anew with `cowherd approve replace " + object +
                     "` or annotation " + std::string(kApproveAnnotation) + ": " + wanted.approval);
}

void diff_snapshot(const PlanInput& input, const WantedSnapshot& wanted, Proposal& proposal) {
  report_held(wanted, proposal);
  const std::optional<Span>& expire_after = wanted.identity.spec.expire_after;
  if (wanted.present && expire_after && wanted.present->captured + *expire_after > input.now) {
    proposal.wake_at(wanted.present->captured + *expire_after);
  }
  switch (wanted.fate) {
    case Fate::Hold: return;
    case Fate::Create:
      if (wanted.is_last) {
        diff_last_snapshot(input, wanted, proposal);
      } else if (!wanted.hindrance || input.wanted.suspended.contains(snapshot_object(wanted.identity.name))) {
        capture(input, wanted, proposal);
      }
      return;
    case Fate::Keep:
      if (const auto gone = proposal.let_go.find(wanted.identity.name.str()); gone != proposal.let_go.end()) {
        remove(input, wanted, gone->second, proposal);
      } else if (wanted.identity != *wanted.present) {
        proposal.propose(Action{UpdateSnapshot{*wanted.present, wanted.identity, update_summary(wanted)}}, wanted.reason);
      }
      return;
    case Fate::Remove: remove(input, wanted, wanted.reason, proposal); return;
  }
}

}  // namespace

const WantedSandbox* sandbox_of(const PlanInput& input, const WantedSnapshot& wanted) {
  for (const WantedSandbox& sandbox : input.wanted.sandboxes) {
    if (sandbox.present && sandbox.present->uid == wanted.identity.sandbox_uid) return &sandbox;
  }
  return nullptr;
}

std::vector<std::string> users_to_come(const PlanInput& input, const SnapshotIdentity& snapshot) {
  std::vector<std::string> users;
  for (const WantedSandbox& sandbox : input.wanted.sandboxes) {
    const auto& restored = sandbox.identity.restored;
    if (sandbox.fate != Fate::Remove && restored && restored->capture == snapshot.uid && view_of(input, sandbox).is_to_be_restored()) {
      users.push_back(sandbox_object(sandbox.identity.name));
    }
  }
  for (const auto& [name, wanted] : input.wanted.templates) {
    const bool is_wanted = wanted.fate == Fate::Keep && !wanted.is_retained && !wanted.current;
    if (is_wanted && wanted.spec.snapshot_ref == snapshot.name) users.push_back(template_object(name));
  }
  return users;
}

void diff_snapshots(const PlanInput& input, Proposal& proposal) {
  for (const auto& [name, wanted] : input.wanted.snapshots) diff_snapshot(input, wanted, proposal);
  for (const WantedSandbox& sandbox : input.wanted.sandboxes) {
    const bool has_schedule = sandbox.fate == Fate::Keep && sandbox.present && sandbox.identity.spec.snapshots_every;
    if (has_schedule && !sandbox.identity.retained) proposal.wake_at(next_run(sandbox.identity, input.now));
  }
}

}  // namespace cowherd
