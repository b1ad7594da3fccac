// SPDX-License-Identifier: Apache-2.0
// The rules of one sandbox, family by family. Internal to plan/.
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

// What is so now, for one wanted sandbox.
struct SandboxView {
  const PlanInput& input;
  const WantedSandbox& wanted;
  const Fact<DiskState>& disk;
  const Fact<MachineState>& machine;

  std::string object() const { return sandbox_object(wanted.identity.name); }
  bool vm_lives() const { return machine.known() && machine->phase != MachinePhase::Dead; }
  // A VM is to run when this pass is done, as far as the declaration goes.
  bool vm_wanted() const { return wanted.fate != Fate::Remove && wanted.power == PowerState::Running; }
  // It runs, but not as declared, or on a disk that is to grow: nothing grows under a running VM.
  bool restart_wanted() const;
  // Devices of its disk exist, whole or what an interrupted call left of them.
  bool has_devices() const {
    return wanted.identity.driver == DiskDriverKind::DmSnapshot && disk.known() && (disk->active || disk->interrupted);
  }
  bool disk_is_small() const {
    return disk.known() && disk->size.value != 0 && disk->size < wanted.identity.disk_size;
  }
  // A dead VM is recorded first; what is unknown is not taken away.
  bool can_leave() const {
    return !machine.unknown() && !disk.unknown() && !(machine.known() && machine->phase == MachinePhase::Dead);
  }
};

// The device is there and right when the pass is done only if it is needed: a stopped sandbox holds no device.
void diff_disk(const SandboxView& view, Proposal& proposal);
void diff_machine(const SandboxView& view, MemoryBudget& budget, Proposal& proposal);

}  // namespace cowherd
