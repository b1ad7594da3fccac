// SPDX-License-Identifier: Apache-2.0
// What is told of damaged snapshots, and of those that other software wrote.
#include "tests/unit/store/snapshot_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class VerifySnapshot : public ::testing::Test, protected SnapshotBed {
 protected:
  std::vector<std::string> problems(const std::string& name = "before") {
    const auto found = store.verify_snapshot(name, {});
    EXPECT_TRUE(found) << to_string(found.error());
    return found.value_or(std::vector<std::string>{});
  }
  std::string in(const std::string& file) const { return directory + "/" + file; }
};

class Seeds : public VerifySnapshot {
 protected:
  std::string seed_ = layout.snapshot_dir("seed");
  void put(const std::string& file, const std::string& content) { files.put(seed_ + "/" + file, content); }
  SeedSnapshot look() { return store.look().seeds.at("seed"); }
};

}  // namespace

TEST_F(VerifySnapshot, AMissingPartIsNamed) {
  published();
  files.erase(in(kStateFile));
  EXPECT_THAT(problems(), ElementsAre("snapfile is missing"));
}

TEST_F(VerifySnapshot, AMissingFlatImageIsNoProblem) {
  published();
  files.erase(in(kFlatFile));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(VerifySnapshot, AnotherLengthOrContentIsTold) {
  published();
  files.put(in(kStateFile), "state of devicez");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("snapfile has sha256 ")));
  files.put(in(kStateFile), "short");
  EXPECT_THAT(problems(), ElementsAre("snapfile has 5 bytes, it had 16"));
}

TEST_F(VerifySnapshot, AStoreTheKernelGaveUpIsToldEvenWhenItWasCapturedSo) {
  const SnapshotIdentity identity = snapshot_identity();
  const auto given_up = [&](const std::string& staged, SnapshotIdentity& made) -> Status {
    COWHERD_TRY(capture()(staged, made));
    return keep(staged + "/" + kCowFile, StoreBuilder().fill(1, 'X').entry(1, 999, 2).given_up().bytes());
  };
  ASSERT_TRUE(store.publish_snapshot(identity, given_up, {}));
  EXPECT_THAT(problems(), Contains(HasSubstr("the kernel gave it up")));
  EXPECT_THAT(problems(), Contains(HasSubstr("outside the disk")));
}

TEST_F(VerifySnapshot, AMemoryThatIsNotTheRecordedOneIsTold) {
  SnapshotIdentity made = published();
  made.memory->build = "22222222-2222-2222-2222-222222222222";
  made.memory->memory = 16_KiB;
  ASSERT_TRUE(store.update_snapshot(made));
  EXPECT_THAT(problems(), SizeIs(2));
}

TEST_F(VerifySnapshot, AMissingBaseIsTold) {
  published();
  files.erase(base_image);
  EXPECT_THAT(problems(), ElementsAre("base image '" + base_image + "' is not there"));
}

TEST_F(VerifySnapshot, AnOverlayOnAnotherBaseIsTold) {
  published(snapshot_identity("before", DiskDriverKind::Qcow2));
  EXPECT_THAT(problems(), IsEmpty());
  files.put(in(kOverlayFile), qcow2_image(32_KiB, "/somewhere/else", chunks("aXY.")));
  EXPECT_THAT(problems(), Contains(HasSubstr("it stands on '/somewhere/else'")));
  EXPECT_THAT(problems(), Contains(HasSubstr("32768 bytes, the record says 16384")));
}

TEST_F(VerifySnapshot, AnUnreadableRecordIsTheOnlyFinding) {
  published();
  files.put(in(kSnapshotFile), "{");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("snapshot.json: ")));
}

TEST_F(VerifySnapshot, WhatKeepsFromLookingIsAnError) {
  published();
  files.deny(in(kStateFile));
  EXPECT_EQ(store.verify_snapshot("before", {}).error().kind, ErrorKind::Denied);
}

// --- seeds

TEST_F(Seeds, AFlattenedOneIsWhole) {
  put(kRootfsFile, chunks("abc"));
  EXPECT_EQ(look().disk, SeedSnapshot::Disk::Flat);
  EXPECT_FALSE(look().has_memory);
  EXPECT_THAT(look().missing, IsEmpty());
  EXPECT_EQ(look().stamp, *files.peek_stamp(seed_ + "/" + kRootfsFile));
  EXPECT_EQ(*store.look().snapshot_disks.at("seed"), (SourceFile{seed_ + "/" + kRootfsFile, look().stamp}));
  EXPECT_THAT(problems("seed"), IsEmpty());
}

TEST_F(Seeds, APausedOneOfTheFirstGenerationIsWhole) {
  put(kCowFile, store_bytes());
  put(kMetaFile, "{\"base_template\": \"" + base_image + "\", \"template_id\": \"x\"}");
  put("memfile", std::string(kPage.value, 'm'));
  put(std::string(kHeaderName), memory_header());
  put(kStateFile, "state");
  EXPECT_EQ(look().disk, SeedSnapshot::Disk::Store);
  EXPECT_EQ(look().base_image, base_image);
  EXPECT_TRUE(look().has_memory);
  EXPECT_THAT(look().missing, IsEmpty());
  EXPECT_TRUE(store.look().unreadable.empty());
}

TEST_F(Seeds, EverythingThatIsMissingIsListed) {
  put(kStateFile, "");
  put(std::string(kHeaderName), memory_header());
  EXPECT_FALSE(look().has_memory);
  EXPECT_THAT(look().missing, SizeIs(3));
  EXPECT_THAT(look().missing, Contains(HasSubstr("there is no disk")));
  EXPECT_THAT(look().missing, Contains("snapfile is empty"));
  EXPECT_THAT(look().missing, Contains(HasSubstr("memfile." + kMemoryBuild)));
  EXPECT_THAT(problems("seed"), SizeIs(3));
}

TEST_F(Seeds, AStoreWithoutItsBaseIsTold) {
  put(kCowFile, store_bytes());
  EXPECT_THAT(look().missing, ElementsAre(HasSubstr("rootfs.meta is missing")));
  for (const char* meta : {"{", "{}", "{\"base_template\": \"relative\"}", "{\"base_template\": 1}"}) {
    put(kMetaFile, meta);
    EXPECT_THAT(look().missing, ElementsAre(HasSubstr("rootfs.meta: "))) << meta;
    EXPECT_EQ(look().disk, SeedSnapshot::Disk::None);
  }
  put(kMetaFile, "{\"base_template\": \"/gone\"}");
  EXPECT_THAT(look().missing, ElementsAre("base image '/gone' is not there"));
  files.put("/gone", "x");
  EXPECT_THAT(look().missing, IsEmpty()) << "the base is looked at anew";
}

TEST_F(Seeds, TheyNeverMakeTheLookIncomplete) {
  put(kRootfsFile, "");
  files.put_directory(layout.snapshots() + "/Not A Name");
  files.deny(layout.snapshot_dir("seed") + "/" + kRootfsFile);
  EXPECT_TRUE(store.look().unreadable.empty());
  EXPECT_THAT(store.look().seeds, SizeIs(2));
}

TEST_F(Seeds, WhatCannotBeReadIsUnknownAndNotMissing) {
  put(kCowFile, store_bytes());
  put(kMetaFile, "{\"base_template\": \"" + base_image + "\"}");
  EXPECT_EQ(look().unreadable, std::nullopt);
  for (const std::string& path : {layout.snapshot_dir("seed") + "/" + kMetaFile, base_image}) {
    SnapshotBed other;
    other.files.put(layout.snapshot_dir("seed") + "/" + kCowFile, store_bytes());
    other.files.put(layout.snapshot_dir("seed") + "/" + kMetaFile, "{\"base_template\": \"" + base_image + "\"}");
    other.files.deny(path);
    const SeedSnapshot seed = other.store.look().seeds.at("seed");
    ASSERT_TRUE(seed.unreadable) << path;
    EXPECT_EQ(seed.unreadable->kind, ErrorKind::Denied);
    EXPECT_THAT(seed.missing, IsEmpty());
    EXPECT_EQ(other.store.verify_snapshot("seed", {}).error().kind, ErrorKind::Denied);
  }
}

TEST_F(Seeds, AreNotReadAgainWhileNothingChanges) {
  put(kRootfsFile, chunks("a"));
  put("memfile", std::string(kPage.value, 'm'));
  put(std::string(kHeaderName), memory_header());
  put(kStateFile, "state");
  const SeedSnapshot first = look();
  faults.arm(FaultMode::None, 0);
  EXPECT_EQ(look(), first);
  for (const std::string& call : faults.trace()) EXPECT_THAT(call, ::testing::Not(HasSubstr("read " + seed_)));
  faults.disarm();
}

}  // namespace cowherd::testing
