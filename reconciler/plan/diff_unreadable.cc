// SPDX-License-Identifier: Apache-2.0
// Records that cannot be read: | approved to go | VM    | -> |
//                              | no             | -     | nothing, with the way out
//                              | yes            | any   | it is killed, then the directory goes to trash
//                              | yes            | unknown | nothing, with the reason
#include "reconciler/desired/safeguards.h"
#include "reconciler/plan/make_plan.h"

namespace cowherd {

namespace {

constexpr const char* kReason = "its record cannot be read, and its deletion is approved";

void remove_sandbox(const PlanInput& input, const ObjectName& object, const Uid& uid, Proposal& proposal) {
  const auto machine = input.seen.machines.find(uid);
  const bool is_looked_at = machine != input.seen.machines.end();
  if (is_looked_at && machine->second.unknown()) {
    proposal.block(to_string(object), BlockKind::Unknown, "VmUnknown", to_string(machine->second.why()));
    return;
  }
  if (is_looked_at && machine->second.known()) {
    proposal.propose(Action{StopMachine{uid, object.name, StopMode::Kill, Span{}}}, kReason);
  }
  proposal.propose(Action{RemoveUnreadable{object, uid}}, kReason);
}

void diff_sandbox_directories(const PlanInput& input, Proposal& proposal) {
  for (const auto& [uid, identity] : input.seen.store.sandboxes) {
    if (!identity.unknown()) continue;
    const ObjectName object = unreadable_sandbox(uid);
    if (is_approved_by_name(input.seen.approvals, object)) {
      remove_sandbox(input, object, uid, proposal);
    } else {
      proposal.block(to_string(object), BlockKind::Unknown, "IdentityUnknown",
                     to_string(identity.why()) + unreadable_until_approved(object));
    }
  }
}

void diff_snapshot_directories(const PlanInput& input, Proposal& proposal) {
  for (const auto& [text, snapshot] : input.seen.store.snapshots) {
    const auto name = ResourceName::make(text);
    if (!snapshot.unknown() || !name) continue;
    const ObjectName object{Kind::Snapshot, *name};
    if (input.declared.objects.contains(object) || !is_approved_by_name(input.seen.approvals, object)) continue;  // its hindrance is told
    proposal.propose(Action{RemoveUnreadable{object, std::nullopt}}, kReason);
  }
}

}  // namespace

void diff_unreadable(const PlanInput& input, Proposal& proposal) {
  diff_sandbox_directories(input, proposal);
  diff_snapshot_directories(input, proposal);
}

}  // namespace cowherd
