// SPDX-License-Identifier: Apache-2.0
// A sandbox that leaves after a last snapshot: | its VM, disk            | -> |
//                                              | unknown                 | nothing; their own rules say so
//                                              | none was made, or gone  | it goes without
//                                              | at fault, no room       | it stays as it is, with the way out
//                                              | VM or device is there   | they end, in order; it stays
//                                              | captured as it stands   | it goes
//                                              | may be, unreadably      | it stays
//                                              | none, sound             | capture, then it goes
#include <algorithm>

#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

namespace {

bool ends_it(const Action& action) {
  return std::holds_alternative<ReapMachine>(action.what) || std::holds_alternative<StopMachine>(action.what) ||
         std::holds_alternative<DeactivateDisk>(action.what);
}

// Also what its successor would do, which comes when it is gone.
template <class Keep>
void drop_steps(const SandboxView& view, Keep keep, Proposal& proposal) {
  std::erase_if(proposal.steps, [&](const Step& step) { return object_of(step.action) == view.object() && !keep(step.action); });
}

bool records_its_end(const Action& action) { return std::holds_alternative<ReapMachine>(action.what); }

void stay(const SandboxView& view, const std::string& why, Proposal& proposal) {
  drop_steps(view, records_its_end, proposal);
  proposal.block(view.object(), BlockKind::Waiting, "SnapshotFirst",
                 view.wanted.reason + ", and it stays until a last snapshot of it is taken, which waits: " + why +
                     "; `cowherd approve delete " + view.object() + "` lets it go without");
}

bool is_captured_as_it_stands(const SandboxView& view) {
  const std::string mark = standing_mark(view.disk->store_mtime_ns, view.image);
  const auto& snapshots = view.input.seen.store.snapshots;
  return std::any_of(snapshots.begin(), snapshots.end(), [&](const auto& entry) {
    const Fact<SnapshotIdentity>& snapshot = entry.second;
    const bool stays = snapshot.known() && snapshot->retained && !snapshot->scheduled;
    return stays && snapshot->sandbox_uid == view.wanted.identity.uid && snapshot->standing == mark;
  });
}

// What cannot be read and has a name as last snapshots of it have.
std::string may_be_captured(const SandboxView& view) {
  for (const auto& [name, snapshot] : view.input.seen.store.snapshots) {
    if (snapshot.unknown() && name.find(view.wanted.identity.uid.short8()) != std::string::npos) return name;
  }
  return "";
}

}  // namespace

void diff_last_snapshot(const PlanInput& input, const WantedSnapshot& wanted, Proposal& proposal) {
  const WantedSandbox* sandbox = sandbox_of(input, wanted);
  if (sandbox == nullptr) return;
  const SandboxView view = view_of(input, *sandbox);
  if (view.disk.unknown() || view.machine.unknown()) return drop_steps(view, records_its_end, proposal);
  if (!view.can_leave()) return;  // its VM's end is recorded first
  if (!view.disk.known() || !view.disk->store_present) {
    for (Step& step : proposal.steps) {
      if (std::holds_alternative<RemoveSandbox>(step.action.what) && object_of(step.action) == view.object()) {
        step.reason += "; it has no disk to capture";
      }
    }
    return;
  }
  if (view.disk->fault != DiskFault::None) return stay(view, "its disk is at fault: " + view.disk->detail, proposal);
  if (!has_room(input)) return stay(view, "the host has too little free space", proposal);
  if (view.vm_lives() || view.has_devices()) {
    drop_steps(view, ends_it, proposal);
    proposal.block(view.object(), BlockKind::Waiting, "SnapshotFirst",
                   view.wanted.reason + "; when its VM has ended, a last snapshot of its disk is taken, then it goes");
    return;
  }
  if (is_captured_as_it_stands(view)) return;
  if (const std::string which = may_be_captured(view); !which.empty()) {
    return stay(view, "snapshot '" + which + "' cannot be read, and may be it", proposal);
  }
  if (!sandbox->is_prune) {  // its successor's steps would come first
    drop_steps(view, records_its_end, proposal);
    proposal.block(view.object(), BlockKind::Waiting, "SnapshotFirst", view.wanted.reason + "; it goes when a last snapshot of its disk is taken");
  }
  proposal.propose(Action{CaptureSnapshot{wanted.identity, input.limits.freeze_budget}}, wanted.reason);
}

}  // namespace cowherd
