// SPDX-License-Identifier: Apache-2.0
// The rules of one sandbox, family by family, and what others ask of them. Internal to plan/.
#pragma once

#include "reconciler/plan/make_plan.h"

namespace cowherd {

// Memory of running VMs against the budget. Starts are admitted while they fit.
class MemoryBudget {
 public:
  MemoryBudget(const PlanInput& input);
  bool admit(Bytes memory);
  Bytes in_use() const { return in_use_; }
  Bytes budget() const { return budget_; }

 private:
  Bytes in_use_{};
  Bytes budget_{};
};

// What this pass does to the VM of a sandbox.
enum class VmMove {
  Wait,     // there is none, and none is to be
  Stay,     // it runs, or is left as it is
  Start,    // boot
  Restart,  // stop in order, boot
  Resume,   // load the kept memory, or let go what was loaded
  Thaw,     // it stands still for no reason any more
  Pause,    // keep its memory, then end it
  Stop,     // in order
  Kill,     // it stands still, and its memory is kept: it has nothing more to say
};

// What is so now, for one wanted sandbox.
struct SandboxView {
  const PlanInput& input;
  const WantedSandbox& wanted;
  const Fact<DiskState>& disk;
  const Fact<MachineState>& machine;
  const Fact<PauseImage>& image;

  std::string object() const { return sandbox_object(wanted.identity.name); }
  bool vm_lives() const { return machine.known() && machine->phase != MachinePhase::Dead; }
  // Its memory is kept, to be loaded.
  bool is_kept() const { return image.known() && image->usable(); }
  // The VM was loaded from the image beside its disk.
  bool is_loaded() const { return vm_lives() && image.known() && machine->loaded == image->identity.saved.build; }
  // Memory of a snapshot that this host cannot load, while nothing but it will do.
  bool is_stuck_with_memory() const {
    return image.known() && !image->consumed && !image->refused.empty() && !image->identity.origin.empty() &&
           wanted.identity.spec.restore_mode == RestoreMode::Memory;
  }
  // Its disk is to come from a snapshot and has not yet.
  bool is_to_be_restored() const {
    return wanted.identity.restored && wanted.disk_wanted && !(disk.known() && disk->store_present);
  }
  // It runs, but not as declared, or on a disk that is to grow: nothing grows under a running VM.
  bool restart_wanted() const;
  // Its disk refuses writes, and would not once it was closed and mended.
  bool repair_wanted() const;
  // The store has less room than the declaration gives it.
  bool store_is_small() const;
  // Devices of its disk exist, whole or what an interrupted call left of them.
  bool has_devices() const {
    return wanted.identity.driver == DiskDriverKind::DmSnapshot && disk.known() && (disk->active || disk->interrupted);
  }
  // A kept guest finds the disk as it left it: it grows only under one that can be told.
  bool disk_is_small() const {
    return disk.known() && disk->size.value != 0 && disk->size < wanted.identity.disk_size && !is_kept();
  }
  // A dead VM is recorded first; what is unknown is not taken away.
  bool can_leave() const {
    return !machine.unknown() && !disk.unknown() && !(machine.known() && machine->phase == MachinePhase::Dead);
  }

  VmMove move() const;
  // No VM has the disk open when the pass is done, or none does now and none will before the next step needs it.
  bool vm_leaves() const;
  // A VM is to have the disk: now, or as soon as what it waits for is over.
  bool disk_needed() const;
};

// A wanted sandbox beside what was seen of it; owned by the input.
SandboxView view_of(const PlanInput& input, const WantedSandbox& wanted);

// The device is there and right when the pass is done only if it is needed: a stopped sandbox holds no device.
void diff_disk(const SandboxView& view, Proposal& proposal);
void diff_machine(const SandboxView& view, MemoryBudget& budget, Proposal& proposal);
// The kept memory: what stands for nothing any more goes, what waits is made ready.
void diff_memory(const SandboxView& view, Proposal& proposal);

// Who still wants to begin as it: while there is anybody, it stays.
std::vector<std::string> users_to_come(const PlanInput& input, const SnapshotIdentity& snapshot);

// How what hinders an object is told.
BlockKind kind_of(const Hindrance& hindrance);

// The present sandbox that a snapshot is to be taken of; owned by the input.
const WantedSandbox* sandbox_of(const PlanInput& input, const WantedSnapshot& wanted);

// Before a sandbox leaves: the snapshot that its policy asks for. Until that is taken it stays, and only its VM ends.
void diff_last_snapshot(const PlanInput& input, const WantedSnapshot& wanted, Proposal& proposal);

// Of the file system of the state directory there is more left than what is always kept free.
bool has_room(const PlanInput& input);

}  // namespace cowherd
