// SPDX-License-Identifier: Apache-2.0
// What becomes of a VM. Its memory may stand beside its disk: usable (kept, not loaded on), consumed (its guest ran on)
// or refused (it does not fit this host); a VM may have been loaded from it.
//
// | VM                | memory            | wanted  | -> |
// | lives             | usable, not its   | any     | kill: the pause was published, there is only forward
// | loaded, not let go| usable, its       | running, stopped | resume (mark, let go)
// |                   |                   | paused, removed  | kill; the image stays as it is
// | lives             | -                 | removed | stop
// | disk to be mended | -                 | running, paused  | pause
// | stands still      | -                 | running, stopped | thaw
// | runs              | -                 | paused  | pause
// | runs              | -                 | stopped | stop
// | other digest      | -                 | running | restart
// | none              | usable            | running, declared stopped | resume
// | none              | refused, and only it will do | any | wait
// | none              | consumed, refused, none | running | start
#include "reconciler/desired/concrete.h"
#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

namespace {

VmMove move_of_kept(const SandboxView& view) {
  const bool is_removed = view.wanted.fate == Fate::Remove;
  const bool goes_on = view.wanted.power == PowerState::Running || view.wanted.is_declared_stop;
  if (view.vm_lives() && !view.is_loaded()) return VmMove::Kill;
  if (view.vm_lives()) return goes_on && !is_removed ? VmMove::Resume : VmMove::Kill;
  return goes_on && !is_removed ? VmMove::Resume : VmMove::Wait;
}

VmMove move_of_living(const SandboxView& view) {
  const PowerState power = view.wanted.power;
  const MachinePhase phase = view.machine->phase;
  if (view.wanted.fate == Fate::Remove) return VmMove::Stop;
  if (phase == MachinePhase::Unresponsive) return power == PowerState::Stopped ? VmMove::Stop : VmMove::Stay;
  if (power == PowerState::Paused) return VmMove::Pause;
  if (power == PowerState::Running && view.repair_wanted()) return VmMove::Pause;
  if (phase == MachinePhase::Paused) return VmMove::Thaw;
  if (power == PowerState::Stopped) return VmMove::Stop;
  if (phase == MachinePhase::DiskStopped) {
    const bool is_at_fault = view.disk.known() && view.disk->fault != DiskFault::None;
    return !is_at_fault && has_room(view.input) && !view.restart_wanted() ? VmMove::Thaw : VmMove::Stay;
  }
  return view.restart_wanted() ? VmMove::Restart : VmMove::Stay;
}

}  // namespace

VmMove SandboxView::move() const {
  if (machine.unknown() || (image.unknown() && wanted.fate != Fate::Remove)) {
    return machine.absent() ? VmMove::Wait : VmMove::Stay;
  }
  if (is_kept()) return move_of_kept(*this);
  if (vm_lives()) return move_of_living(*this);
  if (is_stuck_with_memory()) return VmMove::Wait;
  return wanted.fate != Fate::Remove && wanted.power == PowerState::Running ? VmMove::Start : VmMove::Wait;
}

bool SandboxView::vm_leaves() const {
  if (machine.unknown()) return false;
  switch (move()) {
    case VmMove::Wait:
    case VmMove::Restart:
    case VmMove::Pause:
    case VmMove::Stop:
    case VmMove::Kill: return true;
    case VmMove::Stay:
    case VmMove::Thaw: return false;
    case VmMove::Start:
    case VmMove::Resume: return !vm_lives();
  }
  return false;
}

bool SandboxView::disk_needed() const {
  if (wanted.fate == Fate::Remove) return false;
  switch (move()) {
    case VmMove::Wait:
    case VmMove::Stop:
    case VmMove::Kill: return wanted.power == PowerState::Running;
    case VmMove::Pause: return false;
    case VmMove::Stay:
    case VmMove::Thaw:
    case VmMove::Start:
    case VmMove::Restart:
    case VmMove::Resume: return true;
  }
  return true;
}

bool SandboxView::restart_wanted() const {
  if (!vm_lives() || wanted.fate == Fate::Remove || wanted.power != PowerState::Running || disk.unknown()) return false;
  return machine->config_digest != config_digest_of(wanted.identity) || disk_is_small();
}

bool SandboxView::store_is_small() const {
  return disk.known() && disk->store_present &&
         disk->store_size < store_size_for(disk_plan_of(wanted.identity, Layout("")));
}

bool SandboxView::repair_wanted() const {
  if (!disk.known()) return false;
  if (disk->fault == DiskFault::Overflow) return store_is_small();
  return disk->fault == DiskFault::Invalid && wanted.identity.driver == DiskDriverKind::DmSnapshot;
}

bool has_room(const PlanInput& input) {
  const SpaceInfo& space = input.seen.space;
  if (space.total.value == 0) return true;
  return space.available.value >= space.total.value / 100 * static_cast<std::uint64_t>(input.limits.min_free_percent);
}

}  // namespace cowherd
