// SPDX-License-Identifier: Apache-2.0
// What tells one image of a template from another, when it is the disk of a snapshot.
#include "reconciler/desired/image_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/builders/worlds.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

class ImageSourceTest : public ::testing::Test {
 protected:
  ImageSourceTest() {
    SnapshotIdentity golden;
    golden.name = a_name("golden");
    golden.template_name = "base";
    golden.revision = a_digest("revision");
    golden.disk_size = 1_GiB;
    golden.parts = {{"rootfs.cow", 1_MiB, a_digest("store")}};
    store_.templates["base"].emplace(golden.revision, RevisionIdentity{});
    put(golden);
  }
  void put(const SnapshotIdentity& golden) { store_.snapshots.insert_or_assign("golden", golden); }
  SnapshotIdentity golden() { return *store_.snapshots.at("golden"); }
  FileStamp& stamp() { return store_.snapshot_disks.at("golden").value().stamp; }

  ImageSource found() {
    return find_image_source({declared_, store_, files_, approvals_, choice_, captures_, suspensions_, noon(), Span{}},
                             a_template("warm").snapshot("golden").spec());
  }
  std::string reason() {
    const ImageSource image = found();
    EXPECT_TRUE(image.content.is_null());
    EXPECT_FALSE(image.file);
    return image.problem ? image.problem->reason : "none";
  }

  Declaration declared_{};
  StoreContents store_{.snapshot_disks = {{"golden", SourceFile{"/state/snapshots/golden/rootfs.cow", {}}}}};
  HostFiles files_{};
  std::vector<Approval> approvals_{};
  Fact<Disks::Choice> choice_{Disks::Choice{}};
  Fact<Captures> captures_{Captures{}};
  Fact<std::vector<Suspension>> suspensions_{};
};

TEST_F(ImageSourceTest, OneOfCowherdsOwnIsKnownByWhatItHolds) {
  const ImageSource first = found();
  ASSERT_FALSE(first.problem);
  EXPECT_EQ(first.file->path, "/state/snapshots/golden/rootfs.cow");
  stamp().id = {7, 7};  // the state directory was moved to another disk
  stamp().mtime_ns = 99;
  EXPECT_EQ(found().content, first.content);
  EXPECT_EQ(found().file->stamp, stamp());
  SnapshotIdentity other = golden();
  other.spec.holds = {"audit"};
  put(other);
  EXPECT_EQ(found().content, first.content);
  other.parts.front().sha256 = a_digest("another capture");
  put(other);
  EXPECT_NE(found().content, first.content);
  other = golden();
  other.parts.front().sha256 = a_digest("store");
  other.disk_size = 2_GiB;
  put(other);
  EXPECT_NE(found().content, first.content);
}

TEST_F(ImageSourceTest, OneOfOtherSoftwareIsKnownByItsMetadata) {
  store_.snapshots.clear();
  SeedSnapshot seed{.disk = SeedSnapshot::Disk::Store, .base_image = "/srv/base"};
  store_.seeds.insert_or_assign("golden", seed);
  const ImageSource first = found();
  ASSERT_FALSE(first.problem);
  stamp().mtime_ns = 99;
  EXPECT_NE(found().content, first.content);
  stamp().mtime_ns = 0;
  EXPECT_EQ(found().content, first.content);
  seed.base_image = "/srv/other";
  store_.seeds.insert_or_assign("golden", seed);
  EXPECT_NE(found().content, first.content);
}

TEST_F(ImageSourceTest, WhatIsNotWholeSaysWhatIsMissing) {
  store_.snapshot_disks["golden"] = Absent{};
  EXPECT_EQ(reason(), "SourceIncomplete");
  store_.snapshot_disks["golden"] = SourceFile{"/state/snapshots/golden/rootfs.qcow2", {}};
  EXPECT_EQ(reason(), "SourceIncomplete");
  EXPECT_THAT(found().problem->message, HasSubstr("does not name 'rootfs.qcow2'"));
  store_.snapshot_disks["golden"] = SourceFile{"/state/snapshots/golden/rootfs.cow", {}};
  store_.templates.clear();
  EXPECT_EQ(reason(), "SourceIncomplete");
  EXPECT_THAT(found().problem->message, HasSubstr("of template 'base'"));
}

TEST_F(ImageSourceTest, UnknownIsNotMissing) {
  const Error failed = make_error(ErrorKind::Failed, "I/O error");
  store_.snapshot_disks["golden"] = failed;
  EXPECT_EQ(reason(), "SourceUnreadable");
  store_.snapshots["golden"] = failed;
  EXPECT_EQ(reason(), "SourceUnreadable");
  store_.snapshots.clear();
  EXPECT_EQ(reason(), "SourceMissing");
  store_.unreadable = {failed};
  EXPECT_EQ(reason(), "SourceUnreadable");
  EXPECT_THAT(found().problem->message, HasSubstr("I/O error"));
}

TEST_F(ImageSourceTest, ADeclaredOneIsWaitedFor) {
  store_.snapshots.clear();
  EXPECT_THAT(found().problem->message, HasSubstr("declare it"));
  declared_.objects[{Kind::Snapshot, a_name("golden")}] = {};
  EXPECT_THAT(found().problem->message, HasSubstr("yet; it is declared"));
}

TEST_F(ImageSourceTest, ARevisionIsOfTheSnapshotItsDiskWasIn) {
  RevisionIdentity revision;
  revision.sources = {{"/state/snapshots/golden/rootfs.cow", {}}, {"/srv/vmlinuz", {}}};
  EXPECT_TRUE(is_built_from(revision, a_template("warm").snapshot("golden").spec()));
  EXPECT_FALSE(is_built_from(revision, a_template("warm").snapshot("olden").spec()));
  EXPECT_FALSE(is_built_from(revision, a_template("warm").spec()));
  revision.sources.front().path = "/srv/warm.ext4";
  EXPECT_TRUE(is_built_from(revision, a_template("warm").spec()));
  EXPECT_FALSE(is_built_from(revision, a_template("warm").snapshot("golden").spec()));
}

}  // namespace
}  // namespace cowherd::testing
