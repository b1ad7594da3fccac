// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/status.h"

#include "reconciler/desired/concrete.h"
#include "reconciler/desired/schedule.h"

namespace cowherd {

namespace {

const PauseImage* kept_memory_of(const Picture& picture, const Uid& uid) {
  const auto image = picture.seen.store.pauses.find(uid);
  if (image == picture.seen.store.pauses.end() || !image->second.known() || !image->second->usable()) return nullptr;
  return &*image->second;
}

std::string phase_text(const Fact<MachineState>& machine, const PauseImage* kept) {
  if (machine.unknown()) return "Unknown";
  if (machine.absent()) return kept != nullptr ? "Paused" : "Stopped";
  return std::string(to_string(machine->phase));
}

Condition running(const Picture& picture, const MachineState& machine) {
  return {"Ready", "True", "Running",
          "pid " + std::to_string(machine.pid) + ", up " + print_age(picture.now - machine.started_at), std::nullopt};
}

Condition paused(const PauseImage& kept) {
  return {"Ready", "True", "Paused", "its memory is kept since " + print_moment(kept.identity.at), std::nullopt};
}

// Nothing is done to it, whatever is declared.
Condition ready_as_it_is(const Picture& picture, const WantedSandbox& wanted, const Fact<MachineState>& machine) {
  if (machine.unknown()) return {"Ready", "Unknown", "VmUnknown", to_string(machine.why()), std::nullopt};
  if (machine.known() && machine->phase == MachinePhase::Running) return running(picture, *machine);
  if (machine.known()) {
    return {"Ready", "False", "NotRunning", "its VM is " + std::string(to_string(machine->phase)), std::nullopt};
  }
  if (const PauseImage* kept = kept_memory_of(picture, wanted.identity.uid)) return paused(*kept);
  if (wanted.power != PowerState::Running) return {"Ready", "True", "Stopped", wanted.power_reason, std::nullopt};
  return {"Ready", "False", "NotRunning", "no VM runs, and none is started while it is suspended", std::nullopt};
}

Condition ready_of(const Picture& picture, const WantedSandbox& wanted, const Fact<MachineState>& machine) {
  const bool is_suspended = picture.wanted.suspended.contains(sandbox_object(wanted.identity.name));
  if (is_suspended && wanted.present) return ready_as_it_is(picture, wanted, machine);
  if (wanted.fate == Fate::Remove) return {"Ready", "False", "Deleting", wanted.reason, std::nullopt};
  if (wanted.fate == Fate::Create) return {"Ready", "False", "Pending", "it is not created yet", std::nullopt};
  if (wanted.identity.retained && !wanted.is_declared) {
    return {"Ready", "True", "Retained", "no longer declared; its directory is kept", std::nullopt};
  }
  if (wanted.power == PowerState::Paused) {
    if (machine.known()) return {"Ready", "False", "NotPaused", "its VM is there", std::nullopt};
    const PauseImage* kept = kept_memory_of(picture, wanted.identity.uid);
    if (kept == nullptr) return {"Ready", "True", "NothingToPause", "it did not run: there is no memory to keep", std::nullopt};
    return paused(*kept);
  }
  if (wanted.power == PowerState::Stopped) {
    const bool expired = wanted.identity.expired_generation == wanted.identity.generation;
    const bool completed = !expired && wanted.identity.spec.power_state == PowerState::Running;
    const bool failed = completed && wanted.identity.last_exit && !wanted.identity.last_exit->success;
    return {"Ready", failed ? "False" : "True", expired ? "Expired" : completed ? (failed ? "Failed" : "Completed") : "Stopped",
            wanted.power_reason, std::nullopt};
  }
  if (!machine.known()) return {"Ready", "False", "NotRunning", "no VM runs", std::nullopt};
  return running(picture, *machine);
}

std::string image_text(const MachineState& machine) {
  if (!machine.image_copy) return machine.host_user ? "its own" : "shared";
  const bool reflinked = machine.image_copy->how == ImageCopy::How::Reflinked;
  return print_quantity(machine.image_copy->size) + (reflinked ? " reflinked" : " copied") + " for it alone";
}

std::string limits_text(const MachineBounds& bounds) {
  return std::to_string(bounds.processors) + (bounds.processors == 1 ? " processor, " : " processors, ") +
         print_quantity(bounds.memory) + " memory, " + std::to_string(bounds.tasks) + " tasks, by " + bounds.group;
}

void add_machine(const Fact<MachineState>& machine, const PauseImage* kept, ObjectStatus& status) {
  status.facts.emplace_back("power", phase_text(machine, kept));
  if (kept != nullptr) {
    status.facts.emplace_back("pausedAt", print_moment(kept->identity.at));
    status.facts.emplace_back("keptMemory", print_quantity(kept->stored));
  }
  if (!machine.known()) return;
  if (machine->phase == MachinePhase::Dead) return;
  status.facts.emplace_back("vmPid", std::to_string(machine->pid));
  status.facts.emplace_back("accelerator", machine->accelerator);
  status.facts.emplace_back("startedAt", print_moment(machine->started_at));
  if (machine->host_user) status.facts.emplace_back("hostUser", std::to_string(*machine->host_user));
  if (machine->bounds) status.facts.emplace_back("limits", limits_text(*machine->bounds));
  if (!machine->unbounded.empty()) status.facts.emplace_back("limits", "none: " + machine->unbounded);
  if (!machine->loaded.empty()) status.facts.emplace_back("memoryImage", image_text(*machine));
  status.resources.emplace_back("Machine", "pid " + std::to_string(machine->pid));
}

void add_disk(const SandboxIdentity& identity, const Fact<DiskState>& disk, ObjectStatus& status) {
  status.facts.emplace_back("diskDriver", std::string(to_string(identity.driver)));
  if (!disk.known()) return;
  status.facts.emplace_back("diskSize", print_quantity(identity.disk_size));
  status.facts.emplace_back("diskAllocated", print_quantity(disk->store_allocated));
  if (disk->usage) {
    status.facts.emplace_back("cowUsed", print_quantity(to_bytes(disk->usage->used)));
    status.facts.emplace_back("cowLimit", print_quantity(to_bytes(disk->usage->total)));
  }
  if (disk->active && !disk->node.empty()) {
    status.resources.emplace_back(identity.driver == DiskDriverKind::DmSnapshot ? "DmDevice" : "Qcow2Overlay",
                                  disk->node);
  }
}

// Why the snapshot that is due is not taken; nothing when none is, or it is on its way.
const Blocked* schedule_block(const Picture& picture, const Uid& uid) {
  for (const auto& [name, snapshot] : picture.wanted.snapshots) {
    if (snapshot.present || !snapshot.identity.scheduled || snapshot.identity.sandbox_uid != uid) continue;
    for (const Blocked& blocked : picture.plan.blocked) {
      if (blocked.object == to_string(ObjectName{Kind::Snapshot, name})) return &blocked;
    }
  }
  return nullptr;
}

void add_schedule(const Picture& picture, const WantedSandbox& wanted, ObjectStatus& status) {
  const bool has_schedule = wanted.present && wanted.fate == Fate::Keep && wanted.identity.spec.snapshots_every;
  if (!has_schedule || wanted.identity.retained) return;
  const std::optional<ScheduledRun>& last = wanted.identity.last_scheduled;
  const std::string taken = last ? "the last one was due at " + print_moment(last->due) : "none was taken yet";
  const std::string next = "the next one is due at " + print_moment(next_run(wanted.identity, picture.now));
  if (const Blocked* blocked = schedule_block(picture, wanted.identity.uid)) {
    add_condition(picture, status, {"SnapshotsOnSchedule", "False", blocked->reason, blocked->message, std::nullopt});
    return;
  }
  add_condition(picture, status, {"SnapshotsOnSchedule", "True", "OnSchedule", taken + ", " + next, std::nullopt});
}

void add_memory_copy(const Picture& picture, const Fact<MachineState>& machine, ObjectStatus& status) {
  if (!machine.known() || machine->phase == MachinePhase::Dead || !machine->image_copy) return;
  const ImageCopy& copy = *machine->image_copy;
  const std::string size = print_quantity(copy.size);
  const std::string cost = copy.how == ImageCopy::How::Reflinked
                               ? size + ", which share their blocks on disk with it but no pages in memory"
                               : size + " on disk, and no pages shared in memory";
  add_condition(picture, status, {"MemoryShared", "False", "OwnCopy",
                                  "its VMM has a user of its own and would open the memory image for writing: it runs from a "
                                  "copy until it ends, " + cost, std::nullopt});
}

void add_own_conditions(const Picture& picture, const WantedSandbox& wanted, ObjectStatus& status) {
  if (wanted.identity.expired_generation == wanted.identity.generation) {
    add_condition(picture, status, {"Expired", "True", "TtlExpired",
                                    "its ttl is over; edit it to start again", std::nullopt});
  }
  if (!wanted.held_edits.empty()) {
    add_condition(picture, status,
                  {"ApprovalRequired", "True", wanted.approval.empty() ? "Waiting" : "EditHeld",
                   "approve with " + wanted.approval, std::nullopt});
  }
  add_schedule(picture, wanted, status);
  if (wanted.present && wanted.present->is_protected) add_condition(picture, status, protected_condition());
  if (wanted.present && !wanted.is_declared && wanted.present->prune_disabled && wanted.fate == Fate::Keep) {
    add_condition(picture, status, {"Retained", "True", "PruneDisabled", wanted.reason + "; `cowherd approve delete " +
                                        to_string(status.name) + "` lets it go", std::nullopt});
  }
  const PauseImage* kept = kept_memory_of(picture, wanted.identity.uid);
  if (kept != nullptr && kept->identity.saved.config_digest != config_digest_of(wanted.identity)) {
    add_condition(picture, status, {"EditsPending", "True", "Paused",
                                    "its machine is as it was paused; when it runs again it goes on, and is restarted as "
                                    "declared now", std::nullopt});
  }
  if (wanted.identity.restored && !wanted.identity.restored->why_disk.empty()) {
    add_condition(picture, status, {"MemoryRestored", "False", "DiskOnly",
                                    "it began from the disk of snapshot '" + wanted.identity.restored->snapshot.str() +
                                        "' alone: " + wanted.identity.restored->why_disk, std::nullopt});
  }
  const auto name = ResourceName::make(wanted.identity.template_name);
  if (!name || !wanted.present) return;
  const auto source = picture.wanted.templates.find(*name);
  if (source == picture.wanted.templates.end() || !source->second.current) return;
  if (source->second.current->id != wanted.identity.revision) {
    add_condition(picture, status, {"TemplateOutdated", "True", "NewerRevision",
                                    "the template has a newer revision; the sandbox keeps its own", std::nullopt});
  }
}

void add_identity(const SandboxIdentity& identity, ObjectStatus& status) {
  if (identity.restored) {
    status.facts.emplace_back("restoredFrom", identity.restored->snapshot.str() +
                                                  (identity.restored->memory ? " (memory and disk)" : " (disk)"));
  }
  status.facts.emplace_back("template", identity.template_name);
  status.facts.emplace_back("revision", identity.revision.short12());
  if (identity.expires) status.facts.emplace_back("expiresAt", print_moment(*identity.expires));
  if (identity.last_exit) {
    status.facts.emplace_back("lastExit", identity.last_exit->reason + " at " + print_moment(identity.last_exit->at));
  }
}

}  // namespace

ObjectStatus status_of_sandbox(const Picture& picture, const WantedSandbox& wanted) {
  const SandboxIdentity& identity = wanted.present ? *wanted.present : wanted.identity;
  ObjectStatus status;
  status.name = {Kind::Sandbox, identity.name};
  status.metadata.name = identity.name;
  status.metadata.labels = identity.labels;
  status.spec = Spec{identity.spec};
  status.origin = identity.origin;
  status.spec_hash = identity.spec_hash;
  status.generation = wanted.identity.generation;
  status.uid = wanted.present ? identity.uid.str() : "";
  if (wanted.present) status.observed_generation = wanted.present->generation;
  const auto declared = picture.declared.objects.find(status.name);
  if (declared != picture.declared.objects.end()) {
    status.declared = true;
    status.metadata = declared->second.object.metadata;
    status.spec = declared->second.object.spec;
    status.origin = to_string(declared->second.spot);
    status.spec_hash = spec_hash(declared->second.object.spec);
    if (!wanted.held_edits.empty()) ++status.generation;
  }
  status.pending = wanted.held_edits;

  const auto machine = picture.seen.machines.find(identity.uid);
  const auto disk = picture.seen.disks.find(identity.uid);
  const Fact<MachineState> vm = machine == picture.seen.machines.end() ? Fact<MachineState>(Absent{}) : machine->second;
  if (wanted.present) {
    add_machine(vm, kept_memory_of(picture, identity.uid), status);
    if (disk != picture.seen.disks.end()) add_disk(identity, disk->second, status);
    add_identity(identity, status);
  }
  add_conditions(picture, verdict_of(picture, to_string(status.name), ready_of(picture, wanted, vm)), status);
  if (wanted.start_not_before && *wanted.start_not_before > picture.now) {  // its VM ends again and again
    status.last_error = "its VM ended: " + wanted.identity.last_exit->reason;
    status.attempts = static_cast<int>(wanted.identity.last_exit->failures);
  }
  add_memory_copy(picture, vm, status);
  add_own_conditions(picture, wanted, status);
  return status;
}

}  // namespace cowherd
