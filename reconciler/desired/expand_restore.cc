// SPDX-License-Identifier: Apache-2.0
// restoreFrom: what is chosen once, when the sandbox is created, and recorded in its identity.
#include "reconciler/desired/concrete.h"
#include "reconciler/desired/expand.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

namespace {

std::string of(const ResourceName& snapshot) { return "snapshot '" + snapshot.str() + "'"; }

Hindrance no_snapshot(const ExpandInput& input, const ResourceName& name) {
  if (input.declared.objects.contains({Kind::Snapshot, name})) {
    return {"SnapshotNotReady", of(name) + " is not captured yet; the sandbox is made once it is"};
  }
  std::vector<std::string> others;
  for (const auto& [other, snapshot] : input.store.snapshots) others.push_back(other);
  const std::string guess = did_you_mean(name.str(), others);
  return {"SnapshotNotFound", of(name) + " is not there" + (guess.empty() ? "" : "; " + guess)};
}

// Why the memory cannot continue in the machine that is declared; "" when it can. What differs between hosts is seen when
// it is loaded.
std::string memory_hindrance(const SandboxIdentity& sandbox, const SnapshotIdentity& snapshot) {
  if (!snapshot.memory) return of(snapshot.name) + " was taken of the disk alone";
  const SavedMemory& saved = *snapshot.memory;
  std::string text;
  const auto differs = [&](const std::string& what, const std::string& kept, const std::string& declared) {
    if (kept != declared) text += (text.empty() ? "" : ", ") + what + " " + declared + " (the snapshot has " + kept + ")";
  };
  const auto network = [](NetworkMode mode) { return std::string(mode == NetworkMode::User ? "User" : "None"); };
  differs("vcpus", std::to_string(saved.vcpus), std::to_string(sandbox.spec.vcpus));
  differs("memory", print_quantity(saved.memory), print_quantity(sandbox.spec.memory));
  differs("network.mode", network(saved.network), network(sandbox.spec.network));
  differs("disk.size", print_quantity(snapshot.disk_size), print_quantity(sandbox.disk_size));
  return text.empty() ? "" : "it declares another machine: " + text;
}

bool has_revision(const ExpandInput& input, const SnapshotIdentity& snapshot) {
  const auto revisions = input.store.templates.find(snapshot.template_name);
  if (revisions == input.store.templates.end()) return false;
  const auto revision = revisions->second.find(snapshot.revision);
  return revision != revisions->second.end() && revision->second.known();
}

std::optional<Hindrance> disk_hindrance(const ExpandInput& input, const SandboxIdentity& sandbox,
                                        const SnapshotIdentity& snapshot) {
  if (!has_revision(input, snapshot)) {
    return Hindrance{"BaseMissing", of(snapshot.name) + " stands on revision " + snapshot.revision.short12() +
                                        " of template '" + snapshot.template_name + "', which cannot be read"};
  }
  const bool has_driver = input.new_disks.known() && (input.new_disks->kind == snapshot.driver ||
                                                      snapshot.driver == DiskDriverKind::Qcow2);
  if (!has_driver) {
    return Hindrance{"NoDiskDriver", of(snapshot.name) + " was taken with disk driver " +
                                         std::string(to_string(snapshot.driver)) + ", which this host does not offer"};
  }
  if (sandbox.spec.disk_size && *sandbox.spec.disk_size < snapshot.disk_size) {
    return Hindrance{"DiskTooSmall", "disk.size " + print_quantity(*sandbox.spec.disk_size) + " is less than the disk of " +
                                         of(snapshot.name) + " (" + print_quantity(snapshot.disk_size) + ")"};
  }
  return std::nullopt;
}

}  // namespace

RestoreChoice choose_restore(const ExpandInput& input, const SandboxIdentity& sandbox) {
  const ResourceName& name = sandbox.spec.restore_from;
  const auto found = input.store.snapshots.find(name.str());
  RestoreChoice choice;
  if (input.store.seeds.contains(name.str())) {
    choice.hindrance = Hindrance{"SnapshotForeign", of(name) + " was made by other software, and its machine is not known; "
                                                               "make a Template of it with source.snapshotRef"};
    return choice;
  }
  if (found == input.store.snapshots.end()) {
    choice.hindrance = no_snapshot(input, name);
    return choice;
  }
  if (!found->second.known()) {
    choice.hindrance = Hindrance{"SnapshotUnknown", to_string(found->second.why())};
    return choice;
  }
  const SnapshotIdentity& snapshot = *found->second;
  choice.snapshot = &snapshot;
  choice.hindrance = disk_hindrance(input, sandbox, snapshot);
  choice.restored = {snapshot.name, snapshot.uid, false, ""};
  if (choice.hindrance || sandbox.spec.restore_mode == RestoreMode::Disk) return choice;
  SandboxIdentity candidate = sandbox;
  candidate.disk_size = std::max(round_up(sandbox.spec.disk_size.value_or(Bytes{}), 4_KiB), snapshot.disk_size);
  const std::string differs = memory_hindrance(candidate, snapshot);
  const bool starts_off = sandbox.spec.power_state == PowerState::Stopped;
  choice.restored.memory = differs.empty() && (sandbox.spec.restore_mode == RestoreMode::Memory || !starts_off);
  if (sandbox.spec.restore_mode == RestoreMode::Memory && !differs.empty()) {
    choice.hindrance = Hindrance{"MemoryNotPossible", differs + "; declare the same, or mode: Disk"};
  }
  if (sandbox.spec.restore_mode == RestoreMode::Auto && !choice.restored.memory) {
    choice.restored.why_disk = differs.empty() ? "it is declared Stopped" : differs;
  }
  return choice;
}

}  // namespace cowherd
