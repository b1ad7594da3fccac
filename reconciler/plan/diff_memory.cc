// SPDX-License-Identifier: Apache-2.0
// Kept memory: | memory   | VM                  | -> |
//              | consumed | was loaded from it  | stays: the next pause writes only what changed since
//              | consumed | none, or another    | removed: its guest ran on
//              | refused  | none, is to boot    | to trash, with the reason; the sandbox boots from its disk
//              | usable   | none, disk goes     | to trash with the disk
//              | usable   | none, stays off     | compacted when it is in many pieces; composed while there is room
//              | unknown                        | nothing
#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

namespace {

// What is composed ahead leaves at least this many times its size free beside what is always kept free.
constexpr std::uint64_t kRoomToSpare = 4;

bool has_room_to_compose(const SandboxView& view) {
  const SpaceInfo& space = view.input.seen.space;
  const Bytes memory = view.image->identity.saved.memory;
  return has_room(view.input) && space.available > Bytes{memory.value * kRoomToSpare};
}

void keep_ready(const SandboxView& view, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.identity;
  if (is_worth_compacting(*view.image)) {
    proposal.propose(Action{CompactMemory{identity.uid, identity.name}},
                     std::to_string(view.image->files) + " memory files hold " + print_quantity(view.image->stored));
  } else if (!view.image->has_flat && view.wanted.power == PowerState::Paused && has_room_to_compose(view)) {
    proposal.propose(Action{ComposeMemory{identity.uid, identity.name}}, "so that it need not be when it resumes");
  }
}

}  // namespace

void diff_memory(const SandboxView& view, Proposal& proposal) {
  if (view.wanted.fate == Fate::Remove || view.image.absent()) return;
  const SandboxIdentity& identity = view.wanted.identity;
  if (view.image.unknown()) {
    proposal.block(view.object(), BlockKind::Unknown, "MemoryUnknown",
                   to_string(view.image.why()) + "; nothing is done to the sandbox");
    return;
  }
  if (view.machine.unknown()) return;
  if (view.image->consumed) {
    if (!view.is_loaded()) {
      proposal.propose(Action{DiscardMemory{identity.uid, identity.name, true}}, "its guest ran on");
    }
    return;
  }
  if (view.vm_lives()) return;
  if (!view.wanted.disk_wanted) {
    proposal.propose(Action{DiscardMemory{identity.uid, identity.name, false}}, view.wanted.power_reason);
  } else if (view.is_stuck_with_memory()) {
    proposal.block(view.object(), BlockKind::Waiting, "MemoryRefused",
                   "the memory of snapshot '" + view.image->identity.origin + "' cannot be loaded on this host (" +
                       view.image->refused + "), and restoreFrom.mode Memory takes nothing else; Auto or Disk would");
  } else if (!view.image->refused.empty()) {
    if (view.wanted.power == PowerState::Paused) {
      proposal.block(view.object(), BlockKind::Waiting, "MemoryRefused",
                     "its kept memory cannot be loaded on this host (" + view.image->refused +
                         "); it stays until the sandbox is to run, which boots from the disk then");
    } else if (view.move() == VmMove::Start) {
      proposal.propose(Action{DiscardMemory{identity.uid, identity.name, false}},
                       "it cannot be loaded here (" + view.image->refused + "), and the sandbox boots from its disk");
    }
  } else if (view.move() == VmMove::Wait) {
    keep_ready(view, proposal);
  }
}

}  // namespace cowherd
