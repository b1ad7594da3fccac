// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/action_kind.h"

#include <algorithm>

#include "reconciler/desired/concrete.h"

namespace cowherd {

Key template_key(const std::string& name, const Digest& inputs) { return "template/" + name + "@" + inputs.short12(); }
Key revision_key(const std::string& name, const Digest& id) { return "revision/" + name + "/" + id.short12(); }
Key sandbox_key(const ResourceName& name) { return "sandbox/" + name.str(); }
Key spec_key(const ResourceName& name) { return "spec/" + name.str(); }
Key store_key(const ResourceName& name) { return "store/" + name.str(); }
Key disk_key(const ResourceName& name) { return "disk/" + name.str(); }
Key grown_key(const ResourceName& name) { return "grown/" + name.str(); }
Key closed_key(const ResourceName& name) { return "closed/" + name.str(); }
Key vm_key(const ResourceName& name) { return "vm/" + name.str(); }
Key memory_key(const ResourceName& name) { return "memory/" + name.str(); }
Key flat_key(const ResourceName& name) { return "flat/" + name.str(); }
Key fresh_key(const ResourceName& name) { return "fresh/" + name.str(); }
Key snapshot_key(const ResourceName& name) { return "snapshot/" + name.str(); }

std::string sandbox_object(const ResourceName& name) { return to_string(ObjectName{Kind::Sandbox, name}); }
std::string template_object(const ResourceName& name) { return to_string(ObjectName{Kind::Template, name}); }
std::string snapshot_object(const ResourceName& name) { return to_string(ObjectName{Kind::Snapshot, name}); }

Result<std::vector<SandboxIdentity>> sandboxes_now(Host& host) {
  const StoreContents contents = host.store.look();
  if (!contents.unreadable.empty()) return fail(contents.unreadable.front());
  std::vector<SandboxIdentity> sandboxes;
  for (const auto& [uid, identity] : contents.sandboxes) {
    if (identity.unknown()) return fail(identity.why());
    if (identity.known()) sandboxes.push_back(*identity);
  }
  return sandboxes;
}

Result<std::vector<RevisionIdentity>> revisions_now(Host& host, const std::string& template_name) {
  const StoreContents contents = host.store.look();
  if (!contents.unreadable.empty()) return fail(contents.unreadable.front());
  std::vector<RevisionIdentity> revisions;
  const auto found = contents.templates.find(template_name);
  if (found == contents.templates.end()) return revisions;
  for (const auto& [id, revision] : found->second) {
    if (revision.unknown()) return fail(revision.why());
    if (revision.known()) revisions.push_back(*revision);
  }
  return revisions;
}

namespace {

// A template that has a revision, or what cannot be read of a sandbox or snapshot.
bool is_there(const StoreContents& contents, const std::string& object) {
  const auto named = [&](Kind kind, const std::string& name) {
    const auto made = ResourceName::make(name);
    return made && to_string(ObjectName{kind, *made}) == object;
  };
  return std::any_of(contents.templates.begin(), contents.templates.end(),
                     [&](const auto& one) { return named(Kind::Template, one.first) && !one.second.empty(); }) ||
         std::any_of(contents.sandboxes.begin(), contents.sandboxes.end(),
                     [&](const auto& one) { return one.second.unknown() && to_string(unreadable_sandbox(one.first)) == object; }) ||
         std::any_of(contents.snapshots.begin(), contents.snapshots.end(),
                     [&](const auto& one) { return named(Kind::Snapshot, one.first) && one.second.unknown(); });
}

}  // namespace

bool is_about_nothing(const Approval& approval, const StoreContents& contents) {
  if (approval.verb == "undelete") {
    return std::none_of(contents.trash.begin(), contents.trash.end(),
                        [&](const TrashEntry& entry) { return undelete_approval(entry.name) == approval; });
  }
  if (const auto uid = Uid::make(approval.uid)) {
    return !contents.sandboxes.contains(*uid) &&
           std::none_of(contents.snapshots.begin(), contents.snapshots.end(), [&](const auto& entry) {
             return entry.second.unknown() || entry.second->uid == *uid;
           });
  }
  return !is_there(contents, approval.object);
}

Result<SandboxIdentity> current_identity(Host& host, const Uid& uid) {
  auto identity = host.store.sandbox(uid);
  if (!identity && identity.error().kind == ErrorKind::NotFound) {
    return fail(ErrorKind::Stale, "sandbox directory " + uid.str() + " is gone");
  }
  return identity;
}

Result<SnapshotIdentity> current_capture(Host& host, const ResourceName& name, const Uid& capture) {
  Result<SnapshotIdentity> snapshot = host.store.snapshot(name.str());
  const bool is_gone = !snapshot && snapshot.error().kind == ErrorKind::NotFound;
  if (is_gone || (snapshot && snapshot->uid != capture)) {
    return fail(ErrorKind::Stale, "snapshot '" + name.str() + "' is gone, or another one by now");
  }
  return snapshot;
}

Result<DiskAtHand> disk_of(Host& host, const Uid& uid) {
  COWHERD_ASSIGN(const SandboxIdentity identity, current_identity(host, uid));
  return DiskAtHand{disk_plan_of(identity, host.store.layout()), &host.disks.driver(identity.driver)};
}

Status store_is_closed(Host& host, const Uid& uid, const ResourceName& name) {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known()) return fail(ErrorKind::Stale, "the VM of sandbox '" + name.str() + "' is not cleared yet");
  const auto disk = disk_of(host, uid);
  if (!disk) return disk.error().kind == ErrorKind::Stale ? Status{} : Status{fail(disk.error())};
  const Fact<DiskState> state = disk->driver->look(disk->plan);
  if (state.unknown()) return fail(state.why());
  if (state.known() && (state->active || state->interrupted) && disk->plan.driver == DiskDriverKind::DmSnapshot) {
    return fail(ErrorKind::Stale, "the disk of sandbox '" + name.str() + "' has devices");
  }
  return {};
}

Fact<MachineState> machine_now(Host& host, const Uid& uid) {
  auto seen = host.machines.look({uid});
  const auto found = seen.find(uid);
  return found == seen.end() ? Fact<MachineState>(Absent{}) : found->second;
}

Fact<PauseImage> pause_now(Host& host, const Uid& uid) { return Fact<PauseImage>::from(host.store.pause(uid)); }

}  // namespace cowherd
