// SPDX-License-Identifier: Apache-2.0
// The graph while it is being made: one method per family of things.
#pragma once

#include <map>
#include <set>
#include <string>

#include "reconciler/lineage/build_lineage.h"

namespace cowherd {

class LineageBuilder {
 public:
  explicit LineageBuilder(const LineageInput& input);

  // First: what a chain leads to is recognised by its name.
  void add_names();
  void add_templates();
  void add_sandboxes();
  void add_snapshots();
  void add_devices();
  void add_trash();
  void add_leftovers();
  void add_doubts();
  Lineage take() { return std::move(lineage_); }

 private:
  Node& node(const NodeId& id, const std::string& label);
  void edge(const NodeId& from, const NodeId& to, EdgeKind kind, const std::string& how);
  void add_revision(const std::string& template_name, const Digest& id, const Fact<RevisionIdentity>& identity);
  void root_revision(const std::string& template_name, const RevisionIdentity& revision, Node& made) const;
  void add_sandbox(const SandboxIdentity& identity);
  void add_unknown_sandbox(const Uid& uid, const Error& why);
  void root_sandbox(const SandboxIdentity& identity, Node& made) const;
  void add_disk(const SandboxIdentity& identity);
  void add_machine(const SandboxIdentity& identity);
  void add_pause(const SandboxIdentity& identity);
  void add_restore(const SandboxIdentity& identity);
  void add_snapshot(const SnapshotIdentity& identity);
  void add_seed(const std::string& name, const SeedSnapshot& seed);
  void root_snapshot(const SnapshotIdentity& identity, Node& made) const;
  void add_chain(const NodeId& disk, const DiskChain& chain, const NodeId& recorded);
  void add_memory(const NodeId& owner, const std::string& label, const std::string& build);
  // The base as the identity records it; where it is in trash by now, its entry there.
  NodeId recorded_base(const std::string& template_name, const Digest& id) const;
  std::vector<NodeId> nodes_of_file(const FileId& id) const;
  std::vector<NodeId> nodes_of_path(const std::string& path) const;

  const WantedSandbox* wanted_of(const SandboxIdentity& identity) const;
  bool has_unknown_parts(const Uid& uid) const;
  bool has_disk(const Uid& uid) const;

  const LineageInput& input_;
  std::map<Uid, const WantedSandbox*> wanted_{};  // those that are there
  std::set<Uid> to_be_captured_{};                // sandboxes
  Lineage lineage_{};
};

}  // namespace cowherd
