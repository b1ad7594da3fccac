// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/last_snapshot.h"

#include "reconciler/desired/undeclared_snapshot.h"

namespace cowherd {

namespace {

const WantedSandbox* successor_of(const Wanted& wanted, const WantedSandbox& sandbox) {
  for (const WantedSandbox& other : wanted.sandboxes) {
    if (other.fate == Fate::Create && other.identity.name == sandbox.identity.name) return &other;
  }
  return nullptr;
}

// "final", "before", or "" for none.
std::string word_for(const ExpandInput& input, const Wanted& wanted, const WantedSandbox& sandbox) {
  if (sandbox.fate != Fate::Remove || !sandbox.present || sandbox.present->disk_discarded) return "";
  const SandboxIdentity& present = *sandbox.present;
  if (is_approved(input, "delete", Metadata{}, present.uid, present.spec_hash)) return "";
  if (sandbox.is_prune) return present.spec.deletion_policy == SandboxDeletionPolicy::Snapshot ? "final" : "";
  const WantedSandbox* successor = successor_of(wanted, sandbox);
  return successor != nullptr && successor->identity.spec.snapshot_before ? "before" : "";
}

// One that was taken already stays: the sandbox may have run again since.
ResourceName free_name(const ExpandInput& input, const Wanted& wanted, const ResourceName& sandbox, const std::string& suffix) {
  ResourceName name = derived_name(sandbox, suffix);
  for (int number = 2; wanted.snapshots.contains(name) || input.store.seeds.contains(name.str()); ++number) {
    name = derived_name(sandbox, suffix + "-" + std::to_string(number));
  }
  return name;
}

}  // namespace

void add_last_snapshots(const ExpandInput& input, const FreshUid& fresh_uid, Wanted& wanted) {
  for (const WantedSandbox& sandbox : wanted.sandboxes) {
    const std::string word = word_for(input, wanted, sandbox);
    if (word.empty()) continue;
    const SandboxIdentity& present = *sandbox.present;
    WantedSnapshot snapshot;
    snapshot.fate = Fate::Create;
    snapshot.is_last = true;
    snapshot.reason = sandbox.reason;
    ResourceName name = free_name(input, wanted, present.name, word + "-" + present.uid.short8());
    const char* by = sandbox.is_prune ? kByDeletion : kByUpdate;
    snapshot.identity = undeclared_snapshot(present, {std::move(name), fresh_uid(), SnapshotMode::Disk, by});
    wanted.snapshots.emplace(snapshot.identity.name, std::move(snapshot));
  }
}

}  // namespace cowherd
