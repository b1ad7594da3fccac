// SPDX-License-Identifier: Apache-2.0
// Before a snapshot goes to trash the fresh world is asked what stands on it.
#include "reconciler/actions/remove_snapshot.h"

#include "tests/unit/actions/host_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

class RemoveSnapshotTest : public ::testing::Test, protected HostBed {
 protected:
  RemoveSnapshotTest() : made_(published()) {}
  Status asked() { return RemoveSnapshot{made_.name, made_.uid, "base", digest_of("revision")}.precondition(host); }

  SnapshotIdentity made_;
};

TEST_F(RemoveSnapshotTest, NothingStandsOnIt) { EXPECT_TRUE(asked()); }

TEST_F(RemoveSnapshotTest, AnOverlayOnItsDiskKeepsIt) {
  SandboxIdentity web = sandbox_identity("web");
  web.driver = DiskDriverKind::Qcow2;
  ASSERT_TRUE(store.create_sandbox(web));
  files.put(directory + "/flat.raw", std::string(4096, 'f'));
  const std::string overlay = layout.sandbox_dir(web.uid) + "/" + kOverlayFile;
  ASSERT_TRUE(FakeImageTools(files, faults).create_overlay(directory + "/flat.raw", overlay, 1_MiB));
  ASSERT_FALSE(asked());
  EXPECT_EQ(asked().error().kind, ErrorKind::Stale);
  EXPECT_THAT(asked().error().message, HasSubstr("disk of Sandbox/web stands on snapshot 'before': backing file"));
}

TEST_F(RemoveSnapshotTest, WhatCannotBeReadKeepsIt) {
  files.deny(layout.sandboxes());
  EXPECT_EQ(asked().error().kind, ErrorKind::Denied);
}

}  // namespace
}  // namespace cowherd::testing
