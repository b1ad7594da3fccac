// SPDX-License-Identifier: Apache-2.0
// Sandboxes with their disks, memories and VMs, and snapshots: what stands on bases.
#include "reconciler/lineage/lineage_builder.h"
#include "resources/store/layout.h"

namespace cowherd {

LineageBuilder::LineageBuilder(const LineageInput& input) : input_(input) {
  if (input.wanted == nullptr) return;
  for (const WantedSandbox& sandbox : input.wanted->sandboxes) {
    if (sandbox.present) wanted_.emplace(sandbox.present->uid, &sandbox);
  }
  for (const auto& [name, snapshot] : input.wanted->snapshots) {
    if (snapshot.fate == Fate::Create) to_be_captured_.insert(snapshot.identity.sandbox_uid);
  }
}

const WantedSandbox* LineageBuilder::wanted_of(const SandboxIdentity& identity) const {
  const auto found = wanted_.find(identity.uid);
  return found == wanted_.end() ? nullptr : found->second;
}

bool LineageBuilder::has_unknown_parts(const Uid& uid) const {
  if (input_.seen == nullptr) return false;
  const auto disk = input_.seen->disks.find(uid);
  const auto machine = input_.seen->machines.find(uid);
  return (disk != input_.seen->disks.end() && disk->second.unknown()) ||
         (machine != input_.seen->machines.end() && machine->second.unknown());
}

bool LineageBuilder::has_disk(const Uid& uid) const {
  if (input_.seen == nullptr) return false;
  const auto disk = input_.seen->disks.find(uid);
  return disk != input_.seen->disks.end() && disk->second.known() && disk->second->store_present;
}

void LineageBuilder::root_sandbox(const SandboxIdentity& identity, Node& made) const {
  if (identity.retained) made.role = "retained";
  if (identity.is_protected) made.roots.push_back("it is protected");
  const WantedSandbox* wanted = wanted_of(identity);
  if (wanted == nullptr) return;
  made.role = wanted->is_declared ? "declared" : identity.retained ? "retained" : "undeclared";
  if (identity.expires) made.until = "its ttl ends at " + print_moment(*identity.expires) + "; then what onExpire says";
  const bool leaves =
      wanted->fate == Fate::Remove && !has_unknown_parts(identity.uid) && !to_be_captured_.contains(identity.uid);
  if (leaves) {
    made.going = Going::ThisPass;
    made.until = "now, to trash: " + wanted->reason;
  } else {
    made.roots.push_back(wanted->is_declared ? "it is declared in " + wanted->identity.origin : wanted->reason);
  }
}

void LineageBuilder::add_chain(const NodeId& disk, const DiskChain& chain, const NodeId& recorded) {
  bool agrees = false;
  for (const LinkedFile& link : chain.links) {
    std::vector<NodeId> found = nodes_of_file(link.id);
    for (const NodeId& other : nodes_of_path(link.path)) found.push_back(other);
    for (const NodeId& base : found) {
      agrees = agrees || base == recorded;
      edge(disk, base, EdgeKind::Data, "backing file");
    }
  }
  if (chain.broken) {
    lineage_.doubts.push_back(*chain.broken);
    lineage_.nodes[disk].told.push_back(to_string(*chain.broken));
  } else if (!agrees && !chain.links.empty() && !input_.store.images.empty()) {
    lineage_.nodes[disk].told.push_back("its files stand on '" + chain.links.front().path +
                                        "', its record names another base");
  }
}

void LineageBuilder::add_disk(const SandboxIdentity& identity) {
  const NodeId sandbox = sandbox_node(identity.uid);
  const auto chain = input_.store.sandbox_chains.find(identity.uid);
  const bool has_chain = chain != input_.store.sandbox_chains.end();
  if (!has_disk(identity.uid) && !has_chain) return;
  const NodeId disk{NodeKind::Disk, identity.uid.str()};
  Node& made = node(disk, "disk of Sandbox/" + identity.name.str());
  made.going = Going::WithLastUser;
  made.role = std::string(to_string(identity.driver));
  edge(sandbox, disk, EdgeKind::Data, "its disk");
  const NodeId base = recorded_base(identity.template_name, identity.revision);
  edge(disk, base, EdgeKind::Data, "recorded in sandbox.json");
  if (has_chain) add_chain(disk, chain->second, base);
  if (input_.seen == nullptr) return;
  const auto state = input_.seen->disks.find(identity.uid);
  if (state != input_.seen->disks.end() && state->second.known() && state->second->fault == DiskFault::Mismatch) {
    lineage_.nodes[disk].told.push_back(state->second->detail);
  }
}

void LineageBuilder::add_machine(const SandboxIdentity& identity) {
  if (input_.seen == nullptr) return;
  const auto machine = input_.seen->machines.find(identity.uid);
  if (machine == input_.seen->machines.end() || machine->second.absent()) return;
  if (machine->second.known() && machine->second->phase == MachinePhase::Dead) return;
  const NodeId id{NodeKind::Machine, identity.uid.str()};
  const NodeId sandbox = sandbox_node(identity.uid);
  Node& made = node(id, "VM of Sandbox/" + identity.name.str());
  made.going = lineage_.nodes[sandbox].going;
  made.roots.push_back(machine->second.known() ? "it runs as pid " + std::to_string(machine->second->pid)
                                               : "it could not be looked at");
  if (made.going == Going::ThisPass) made.roots.clear();
  edge(id, sandbox, EdgeKind::Data, "it is its VM");
  const NodeId memory = memory_node(sandbox);
  if (lineage_.nodes.contains(memory)) edge(id, memory, EdgeKind::Data, "it maps it");
}

void LineageBuilder::add_memory(const NodeId& owner, const std::string& label, const std::string& build) {
  const NodeId memory = memory_node(owner);
  Node& made = node(memory, label);
  made.going = Going::WithLastUser;
  made.role = build;
  edge(owner, memory, EdgeKind::Data, "its memory");
  if (input_.memories == nullptr) return;
  const auto links = input_.memories->find(memory.key);
  if (links == input_.memories->end()) return;
  for (const auto& [name, file] : links->second.files) {
    const NodeId part{NodeKind::MemoryFile, name};
    node(part, "memory file " + name).going = Going::WithLastUser;
    edge(memory, part, EdgeKind::Data, "named by memfile.header");
  }
  if (links->second.broken) lineage_.nodes[memory].told.push_back(to_string(*links->second.broken));
}

void LineageBuilder::add_pause(const SandboxIdentity& identity) {
  const auto pause = input_.store.pauses.find(identity.uid);
  if (pause == input_.store.pauses.end() || pause->second.absent()) return;
  const NodeId sandbox = sandbox_node(identity.uid);
  const std::string label = "memory of Sandbox/" + identity.name.str();
  add_memory(sandbox, label, pause->second.known() ? pause->second->identity.saved.build : "");
  Node& made = lineage_.nodes[memory_node(sandbox)];
  if (pause->second.unknown()) made.told.push_back(to_string(pause->second.why()));
  if (pause->second.known()) made.until = pause->second->consumed ? "when its guest ends or is paused again" : "";
}

// What a sandbox began as; until its disk is made, it cannot do without.
void LineageBuilder::add_restore(const SandboxIdentity& identity) {
  if (!identity.restored) return;
  const NodeId snapshot = snapshot_node(identity.restored->snapshot.str());
  const auto found = input_.store.snapshots.find(identity.restored->snapshot.str());
  const bool is_there = found != input_.store.snapshots.end() && found->second.known() &&
                        found->second->uid == identity.restored->capture;
  if (!is_there) return;
  const bool is_due = !identity.disk_discarded && input_.seen != nullptr && !has_disk(identity.uid);
  edge(sandbox_node(identity.uid), snapshot, is_due ? EdgeKind::Data : EdgeKind::Origin,
       is_due ? "is to be restored from it" : "began as it");
}

void LineageBuilder::add_unknown_sandbox(const Uid& uid, const Error& why) {
  Node& made = node(sandbox_node(uid), "Sandbox/" + uid.short12());
  made.roots.push_back("its sandbox.json could not be read");
  made.told.push_back(to_string(why));
}

void LineageBuilder::add_sandbox(const SandboxIdentity& identity) {
  const NodeId sandbox = sandbox_node(identity.uid);
  root_sandbox(identity, node(sandbox, "Sandbox/" + identity.name.str()));
  edge(sandbox, recorded_base(identity.template_name, identity.revision), EdgeKind::Data, "recorded in sandbox.json");
  add_disk(identity);
  add_pause(identity);
  add_machine(identity);
  add_restore(identity);
}

void LineageBuilder::add_names() {
  for (const auto& [uid, identity] : input_.store.sandboxes) {
    if (identity.known()) node(sandbox_node(uid), "Sandbox/" + identity->name.str());
  }
  for (const auto& [name, identity] : input_.store.snapshots) node(snapshot_node(name), "Snapshot/" + name);
}

void LineageBuilder::add_sandboxes() {
  for (const auto& [uid, identity] : input_.store.sandboxes) {
    if (identity.known()) add_sandbox(*identity);
    if (identity.unknown()) add_unknown_sandbox(uid, identity.why());
  }
}

void LineageBuilder::root_snapshot(const SnapshotIdentity& identity, Node& made) const {
  made.role = identity.retained ? "retained" : "";
  if (identity.is_protected) made.roots.push_back("it is protected");
  if (!identity.spec.holds.empty()) made.roots.push_back("hold '" + identity.spec.holds.front() + "' keeps it");
  if (identity.spec.expire_after) {
    made.until = "at " + print_moment(identity.captured + *identity.spec.expire_after) + ", by its expireAfter";
  }
  if (input_.wanted == nullptr) return;
  const auto found = input_.wanted->snapshots.find(identity.name);
  if (found == input_.wanted->snapshots.end() || !found->second.present) return;
  const WantedSnapshot& wanted = found->second;
  if (wanted.is_declared) made.role = "declared";
  if (wanted.fate == Fate::Remove) {
    made.going = made.roots.empty() ? Going::ThisPass : Going::OnItsOwn;
    made.until = "now, to trash: " + wanted.reason;
  } else if (!identity.retained || wanted.is_declared) {
    made.roots.push_back(wanted.is_declared ? "it is declared in " + wanted.identity.origin : wanted.reason);
  } else {
    made.roots.push_back("it is retained: only a policy, expireAfter or an approved delete removes it");
  }
}

void LineageBuilder::add_snapshot(const SnapshotIdentity& identity) {
  const NodeId snapshot = snapshot_node(identity.name.str());
  root_snapshot(identity, node(snapshot, "Snapshot/" + identity.name.str()));
  const NodeId base = recorded_base(identity.template_name, identity.revision);
  edge(snapshot, base, EdgeKind::Data, "recorded in snapshot.json");
  const auto chain = input_.store.snapshot_chains.find(identity.name.str());
  if (chain != input_.store.snapshot_chains.end()) add_chain(snapshot, chain->second, base);
  if (identity.memory) add_memory(snapshot, "memory of Snapshot/" + identity.name.str(), identity.memory->build);
  edge(snapshot, sandbox_node(identity.sandbox_uid), EdgeKind::Origin, "captured of it");
}

void LineageBuilder::add_seed(const std::string& name, const SeedSnapshot& seed) {
  const NodeId snapshot = snapshot_node(name);
  Node& made = node(snapshot, "Snapshot/" + name);
  made.role = "of other software";
  made.roots.push_back("it is another software's, and only ever left alone");
  for (const std::string& missing : seed.missing) made.told.push_back(missing);
  for (const NodeId& base : nodes_of_path(seed.base_image)) edge(snapshot, base, EdgeKind::Data, "named by rootfs.meta");
}

void LineageBuilder::add_snapshots() {
  for (const auto& [name, identity] : input_.store.snapshots) {
    if (identity.known()) add_snapshot(*identity);
    if (!identity.unknown()) continue;
    Node& made = node(snapshot_node(name), "Snapshot/" + name);
    made.roots.push_back("its snapshot.json could not be read");
    made.told.push_back(to_string(identity.why()));
  }
  for (const auto& [name, seed] : input_.store.seeds) add_seed(name, seed);
}

}  // namespace cowherd
