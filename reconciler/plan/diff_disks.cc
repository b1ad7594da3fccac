// SPDX-License-Identifier: Apache-2.0
// Disks: | wanted | store | device             | -> |
//        | yes    | no    | -                  | make the store, or restore it from its snapshot, activate
//        | yes    | yes   | none, VM to come   | activate
//        | yes    | yes   | smaller            | (VM stops) deactivate, grow, activate
//        | yes    | yes   | less room than allowed | give it the room, under the VM
//        | yes    | yes   | full, given up     | (VM is paused) deactivate, mend, activate
//        | yes    | yes   | another, unreadable | nothing, with what to do: never repaired by guessing
//        | yes    | yes   | some, no VM        | deactivate: a stopped sandbox holds no device
//        | no     | yes   | -                  | deactivate, then the store goes (discard or with the sandbox)
//        | unknown                             | nothing
#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

namespace {

std::string fault_message(const DiskState& disk) {
  switch (disk.fault) {
    case DiskFault::Overflow:
      return "the copy-on-write store is full (" + disk.detail + "); raise resources.disk.cowLimit";
    case DiskFault::Invalid:
      return "the kernel gave the copy-on-write store up (" + disk.detail +
             "), as it does when the host file system was full; the store is kept";
    case DiskFault::Mismatch: return "the device is not the one this sandbox should have: " + disk.detail;
    case DiskFault::Unreadable:
      return "the copy-on-write store cannot be read (" + disk.detail + "); it is kept as it is, and goes with its sandbox";
    case DiskFault::None: break;
  }
  return disk.detail;
}

std::string fault_word(DiskFault fault) {
  switch (fault) {
    case DiskFault::Overflow: return "full";
    case DiskFault::Invalid: return "given up by the kernel";
    case DiskFault::Mismatch: return "not its own";
    case DiskFault::Unreadable: return "unreadable";
    case DiskFault::None: break;
  }
  return "sound";
}

std::string fault_reason(DiskFault fault) {
  switch (fault) {
    case DiskFault::Overflow: return "DiskFull";
    case DiskFault::Invalid: return "DiskInvalid";
    case DiskFault::Mismatch: return "DiskMismatch";
    case DiskFault::Unreadable: return "DiskUnreadable";
    case DiskFault::None: break;
  }
  return "DiskFault";
}

bool has_device(const SandboxView& view) { return view.wanted.identity.driver == DiskDriverKind::DmSnapshot; }

void take_away(const SandboxView& view, const DiskState& disk, Proposal& proposal) {
  const WantedSandbox& wanted = view.wanted;
  if (!view.vm_leaves()) return;
  if (view.has_devices()) {
    proposal.propose(Action{DeactivateDisk{wanted.identity.uid, wanted.identity.name}},
                     wanted.fate == Fate::Remove ? wanted.reason : wanted.power_reason);
  }
  if (!wanted.disk_wanted && disk.store_present && wanted.fate == Fate::Keep) {
    proposal.propose(Action{DiscardDisk{wanted.identity.uid, wanted.identity.name}}, wanted.power_reason);
  }
}

void resize(const SandboxView& view, const DiskState& disk, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.identity;
  if (!view.vm_leaves()) return;
  if (view.has_devices()) {
    proposal.propose(Action{DeactivateDisk{identity.uid, identity.name}}, "the disk grows");
  }
  proposal.propose(Action{GrowDisk{identity.uid, identity.name}},
                   print_quantity(disk.size) + " -> " + print_quantity(identity.disk_size));
  if (has_device(view) && view.disk_needed()) {
    proposal.propose(Action{ActivateDisk{identity.uid, identity.name}}, "the disk grew");
  }
}

// A store that is full, or that the kernel gave up, is mended while it is closed; a device that is not the right one is
// left alone.
void mend(const SandboxView& view, const DiskState& disk, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.identity;
  const bool may_close = disk.fault != DiskFault::Mismatch && view.vm_leaves();
  if (view.has_devices() && !may_close) {
    if (!view.vm_lives() || view.machine->phase != MachinePhase::DiskStopped) {  // else the VM's rules say it better
      proposal.block(view.object(), BlockKind::Waiting, fault_reason(disk.fault), fault_message(disk));
    }
    return;
  }
  if (view.has_devices()) {
    proposal.propose(Action{DeactivateDisk{identity.uid, identity.name}}, "its store is " + fault_word(disk.fault));
  }
  if (!view.repair_wanted()) {
    if (!view.has_devices() || view.disk_needed()) {
      proposal.block(view.object(), BlockKind::Waiting, fault_reason(disk.fault), fault_message(disk));
    }
    return;
  }
  if (!view.disk_needed()) return;  // nobody reads it: it is mended for its next VM
  proposal.propose(Action{RepairDisk{identity.uid, identity.name}}, "its store is " + fault_word(disk.fault));
  proposal.propose(Action{ActivateDisk{identity.uid, identity.name}}, "its VM needs it");
}

// False when there is nothing to make it of.
bool make_store(const SandboxView& view, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.identity;
  if (!identity.restored) {
    proposal.propose(Action{CreateDisk{identity.uid, identity.name}}, "it has no copy-on-write store yet");
    return true;
  }
  const ResourceName& snapshot = identity.restored->snapshot;
  const auto found = view.input.seen.store.snapshots.find(snapshot.str());
  const bool is_there = found != view.input.seen.store.snapshots.end() && found->second.known() &&
                        found->second->uid == identity.restored->capture;
  if (is_there) {
    proposal.propose(Action{RestoreSandbox{identity.uid, identity.name, *identity.restored}},
                     "it begins as snapshot '" + snapshot.str() + "'");
    return true;
  }
  proposal.block(view.object(), BlockKind::Waiting, "SnapshotNotFound",
                 "its disk is to be that of snapshot '" + snapshot.str() + "', which is gone");
  return false;
}

}  // namespace

void diff_disk(const SandboxView& view, Proposal& proposal) {
  const SandboxIdentity& identity = view.wanted.identity;
  if (view.disk.unknown()) {
    proposal.block(view.object(), BlockKind::Unknown, "DiskUnknown", to_string(view.disk.why()));
    return;
  }
  if (view.image.unknown() && view.wanted.fate != Fate::Remove) return;  // the memory's rules say so
  const DiskState disk = view.disk.known() ? *view.disk : DiskState{};
  if (view.wanted.fate == Fate::Remove || !view.wanted.disk_wanted) {
    take_away(view, disk, proposal);
    return;
  }
  if (!disk.store_present) {
    if (!make_store(view, proposal)) return;
    if (has_device(view) && view.disk_needed()) {
      proposal.propose(Action{ActivateDisk{identity.uid, identity.name}}, "its VM needs it");
    }
    return;
  }
  if (view.disk_is_small()) {
    resize(view, disk, proposal);
    return;
  }
  if (disk.fault != DiskFault::None) {
    mend(view, disk, proposal);
    return;
  }
  if (!has_device(view)) return;
  if (view.has_devices() && view.vm_leaves() && !view.disk_needed()) {
    proposal.propose(Action{DeactivateDisk{identity.uid, identity.name}}, "no VM needs it: " + view.wanted.power_reason);
  } else if (!disk.active && view.disk_needed()) {
    proposal.propose(Action{ActivateDisk{identity.uid, identity.name}}, "its VM needs it");
  } else if (disk.active && view.vm_lives() && view.store_is_small()) {
    proposal.propose(Action{GrowStore{identity.uid, identity.name}}, "resources.disk.cowLimit allows more");
  }
}

}  // namespace cowherd
