// SPDX-License-Identifier: Apache-2.0
// From what was seen to what stands on what. Each dangerous case ends in "kept", with a reason.
#include "reconciler/lineage/build_lineage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/builders/worlds.h"

namespace cowherd::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BuildLineage : public ::testing::Test {
 protected:
  BuildLineage() { add_revision("old"); }

  Digest add_revision(const std::string& text) {
    RevisionIdentity identity;
    identity.id = a_digest(text);
    identity.template_name = a_name("base");
    seen.store.templates["base"].emplace(identity.id, identity);
    seen.store.images["base"].emplace(identity.id, FileId{1, ++inode});
    return identity.id;
  }
  SandboxIdentity add_sandbox(const std::string& name, const std::string& revision = "old") {
    SandboxIdentity identity;
    identity.uid = a_uid(name);
    identity.name = a_name(name);
    identity.template_name = "base";
    identity.revision = a_digest(revision);
    seen.store.sandboxes.emplace(identity.uid, identity);
    return identity;
  }
  Lineage lineage() { return build_lineage({seen.store, &seen}); }
  bool stays(const NodeId& id) { return reachable(lineage()).contains(id); }
  bool old_is_collectable() {
    const std::vector<NodeId> going = collectable(lineage());
    return std::find(going.begin(), going.end(), old_) != going.end();
  }

  std::uint64_t inode = 100;
  Observed seen{};
  const NodeId old_ = revision_node("base", a_digest("old"));
};

TEST_F(BuildLineage, ARevisionThatNothingStandsOnMayGo) { EXPECT_TRUE(old_is_collectable()); }

TEST_F(BuildLineage, TheRecordOfASandboxKeepsIt) {
  add_sandbox("web");
  EXPECT_FALSE(old_is_collectable());
  EXPECT_EQ(reachable(lineage()).at(old_).reason, "recorded in sandbox.json");
}

TEST_F(BuildLineage, WhatTheFilesSayCountsWhereTheRecordSaysAnother) {
  add_revision("new");
  const SandboxIdentity web = add_sandbox("web", "new");
  const FileId image = seen.store.images["base"].at(a_digest("old"));
  seen.store.sandbox_chains[web.uid] = {"/s/rootfs.qcow2", {{"/elsewhere/name", image}}, {}};
  EXPECT_FALSE(old_is_collectable());
  EXPECT_THAT(lineage().nodes.at({NodeKind::Disk, web.uid.str()}).told, Contains(HasSubstr("its record names another base")));
}

TEST_F(BuildLineage, ABackingChainCutShortKeepsEverything) {
  add_revision("new");
  const SandboxIdentity web = add_sandbox("web", "new");
  seen.store.sandbox_chains[web.uid] = {"/s/rootfs.qcow2", {}, make_error(ErrorKind::Corrupt, "find '/x': it is missing")};
  EXPECT_FALSE(old_is_collectable());
  EXPECT_THAT(lineage().doubts.front().message, HasSubstr("it is missing"));
}

TEST_F(BuildLineage, AChainThroughAnotherSandboxKeepsThatSandbox) {
  const SandboxIdentity lower = add_sandbox("lower");
  const SandboxIdentity upper = add_sandbox("upper");
  seen.store.sandbox_chains[upper.uid] = {
      "/state/sandboxes/u/rootfs.qcow2", {{"/state/sandboxes/" + lower.uid.str() + "/rootfs.qcow2", {1, 7}}}, {}};
  const std::vector<Edge> users = users_of(lineage(), sandbox_node(lower.uid));
  ASSERT_EQ(users.size(), 1u);
  EXPECT_EQ(users.front().how, "backing file");
}

TEST_F(BuildLineage, ADirectoryThatCannotBeReadKeepsEverything) {
  seen.store.unreadable.push_back(make_error(ErrorKind::Denied, "list '/state/sandboxes'"));
  EXPECT_FALSE(old_is_collectable());
}

TEST_F(BuildLineage, ADeviceThatNothingExplainsKeepsWhatItsTableLeadsTo) {
  const FileId image = seen.store.images["base"].at(a_digest("old"));
  seen.marked_devices = std::vector<MarkedDevice>{{a_uid("lost"), "cowherd-lost-root", "root", 0, std::vector<FileId>{image}}};
  EXPECT_FALSE(old_is_collectable());
  const Node device = lineage().nodes.at({NodeKind::Device, "cowherd-lost-root"});
  EXPECT_TRUE(device.is_orphan);
  EXPECT_THAT(device.roots.front(), HasSubstr("no sandbox directory explains it"));
}

TEST_F(BuildLineage, ADeviceWhoseTableCannotBeReadKeepsEverything) {
  seen.marked_devices = std::vector<MarkedDevice>{
      {a_uid("lost"), "cowherd-lost-root", "root", 0, make_error(ErrorKind::Busy, "look at the table")}};
  EXPECT_FALSE(old_is_collectable());
}

TEST_F(BuildLineage, ABaseThatWentToTrashUnderASandboxIsKeptThere) {
  add_sandbox("web", "lost");
  const std::string entry = "revision-base-" + a_digest("lost").short8() + "-20261120T180300Z";
  seen.store.trash.push_back({entry, "Template/base", {}, noon()});
  seen.store.trash.push_back({"revision-base-00000000-20261120T180300Z", "Template/base", {}, noon()});
  EXPECT_TRUE(stays(trash_node(entry)));
  EXPECT_FALSE(stays(trash_node("revision-base-00000000-20261120T180300Z")));
}

TEST_F(BuildLineage, AHeaderThatNamesAMissingFileIsToldAndItsMemoryStays) {
  const SandboxIdentity web = add_sandbox("web");
  PauseImage image;
  image.identity.saved.build = "b1";
  seen.store.pauses.emplace(web.uid, image);
  const NodeId memory = memory_node(sandbox_node(web.uid));
  const std::map<std::string, MemoryLinks> memories{
      {memory.key, {"b1", {{"b0", {"/m/memfile.b0", {1, 9}}}}, make_error(ErrorKind::Corrupt, "memfile.b1 is missing")}}};
  const Lineage found = build_lineage({seen.store, &seen, nullptr, &memories});
  EXPECT_THAT(found.nodes.at(memory).told, Contains(HasSubstr("is missing")));
  EXPECT_THAT(collectable(found), ::testing::Not(Contains(memory)));
  EXPECT_TRUE(reachable(found).contains({NodeKind::MemoryFile, "b0"}));
}

TEST_F(BuildLineage, AMemoryFileSharedByTwoGoesWithTheLast) {
  const SandboxIdentity a = add_sandbox("a");
  const SandboxIdentity b = add_sandbox("b");
  std::map<std::string, MemoryLinks> memories;
  for (const SandboxIdentity& one : {a, b}) {
    seen.store.pauses.emplace(one.uid, PauseImage{});
    memories[memory_node(sandbox_node(one.uid)).key] = {"", {{"shared", {"/m", {1, 9}}}}, {}};
  }
  EXPECT_EQ(users_of(build_lineage({seen.store, &seen, nullptr, &memories}), {NodeKind::MemoryFile, "shared"}).size(), 2u);
}

TEST_F(BuildLineage, WhatASnapshotIsStillToBeRestoredIntoKeepsIt) {
  SnapshotIdentity snapshot;
  snapshot.name = a_name("before");
  snapshot.uid = a_uid("capture");
  snapshot.template_name = "base";
  snapshot.revision = a_digest("old");
  seen.store.snapshots.emplace("before", snapshot);
  SandboxIdentity clone = add_sandbox("clone");
  clone.restored = Restored{a_name("before"), a_uid("capture"), false, ""};
  seen.store.sandboxes.insert_or_assign(clone.uid, clone);
  EXPECT_EQ(users_of(lineage(), snapshot_node("before")).size(), 1u);
  DiskState disk;
  disk.store_present = true;
  seen.disks.emplace(clone.uid, disk);
  EXPECT_THAT(users_of(lineage(), snapshot_node("before")), IsEmpty());
}

}  // namespace
}  // namespace cowherd::testing
