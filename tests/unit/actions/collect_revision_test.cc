// SPDX-License-Identifier: Apache-2.0
// Before a revision goes to trash the fresh world is asked who stands on it.
#include "reconciler/actions/collect_revision.h"

#include "tests/unit/actions/host_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

class CollectRevisionTest : public ::testing::Test, protected HostBed {
 protected:
  CollectRevisionTest() {
    RevisionIdentity identity;
    identity.id = digest_of("revision");
    identity.template_name = *ResourceName::make("base");
    identity.inputs = identity.image_sha256 = identity.raw_sha256 = digest_of("image");
    files.put(layout.revision_dir("base", identity.id) + "/" + kRevisionFile, print_identity(identity));
  }
  Status asked() { return collect_.precondition(host); }
  std::string seed_file(const std::string& name) { return layout.snapshot_dir("seed") + "/" + name; }
  void put_seed_on(const std::string& base) {
    files.put(seed_file(kCowFile), store_bytes());
    files.put(seed_file(kMetaFile), "{\"base_template\": \"" + base + "\"}");
  }

  CollectRevision collect_{*ResourceName::make("base"), digest_of("revision")};
};

TEST_F(CollectRevisionTest, NothingStandsOnIt) {
  put_seed_on("/elsewhere/base.ext4");
  files.put("/elsewhere/base.ext4", "x");
  EXPECT_TRUE(asked());
}

TEST_F(CollectRevisionTest, ASandboxKeepsIt) {
  ASSERT_TRUE(store.create_sandbox(sandbox_identity("web")));
  ASSERT_FALSE(asked());
  EXPECT_EQ(asked().error().kind, ErrorKind::Stale);
  EXPECT_THAT(asked().error().message, HasSubstr("Sandbox/web"));
}

TEST_F(CollectRevisionTest, ASnapshotKeepsItUntilItGoes) {
  const SnapshotIdentity made = published();
  ASSERT_FALSE(asked());
  EXPECT_EQ(asked().error().kind, ErrorKind::Stale);
  EXPECT_THAT(asked().error().message, HasSubstr("Snapshot/before"));
  ASSERT_TRUE(store.trash_snapshot(made));
  EXPECT_TRUE(asked());
}

TEST_F(CollectRevisionTest, ASnapshotOfOtherSoftwareOnItsImageKeepsIt) {
  put_seed_on(base_image);
  EXPECT_EQ(asked().error().kind, ErrorKind::Stale);
  put_seed_on("/state/templates//other/../base/" + digest_of("revision").str() + "/rootfs.ext4");
  EXPECT_EQ(asked().error().kind, ErrorKind::Stale);
  put_seed_on("/state/templates/other/" + digest_of("revision").str() + "/rootfs.ext4");
  EXPECT_TRUE(asked());
}

TEST_F(CollectRevisionTest, WhatCannotBeReadKeepsIt) {
  const SnapshotIdentity made = published();
  files.put(directory + "/" + kSnapshotFile, "{");
  EXPECT_EQ(asked().error().kind, ErrorKind::Corrupt);
  files.put(directory + "/" + kSnapshotFile, print_identity(made));
  EXPECT_EQ(asked().error().kind, ErrorKind::Stale);
  files.deny(layout.snapshots());
  EXPECT_EQ(asked().error().kind, ErrorKind::Denied);
}

TEST_F(CollectRevisionTest, AnOverlayWhoseFilesStandOnItKeepsItWhateverItsRecordSays) {
  SandboxIdentity web = sandbox_identity("web");
  web.revision = digest_of("another revision");
  web.driver = DiskDriverKind::Qcow2;
  ASSERT_TRUE(store.create_sandbox(web));
  const std::string overlay = layout.sandbox_dir(web.uid) + "/" + kOverlayFile;
  ASSERT_TRUE(FakeImageTools(files, faults).create_overlay(base_image, overlay, 1_MiB));
  EXPECT_EQ(asked().error().kind, ErrorKind::Stale);
  EXPECT_THAT(asked().error().message, HasSubstr("backing file"));
}

TEST_F(CollectRevisionTest, AChainThatIsCutShortKeepsIt) {
  SandboxIdentity web = sandbox_identity("web");
  web.revision = digest_of("another revision");
  web.driver = DiskDriverKind::Qcow2;
  ASSERT_TRUE(store.create_sandbox(web));
  const std::string overlay = layout.sandbox_dir(web.uid) + "/" + kOverlayFile;
  files.put("/elsewhere/middle.qcow2", "x");
  ASSERT_TRUE(FakeImageTools(files, faults).create_overlay("/elsewhere/middle.qcow2", overlay, 1_MiB));
  EXPECT_TRUE(asked());
  ASSERT_TRUE(files.remove("/elsewhere/middle.qcow2"));
  EXPECT_EQ(asked().error().kind, ErrorKind::Corrupt);
  EXPECT_THAT(asked().error().message, HasSubstr("it is missing"));
}

TEST_F(CollectRevisionTest, ASeedWhoseBaseCannotBeReadKeepsIt) {
  put_seed_on("/elsewhere/base.ext4");
  files.deny(seed_file(kMetaFile));
  EXPECT_EQ(asked().error().kind, ErrorKind::Denied);
}

}  // namespace
}  // namespace cowherd::testing
