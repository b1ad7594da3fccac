// SPDX-License-Identifier: Apache-2.0
// What a sandbox takes from a snapshot, whole and of its own, while the snapshot stays as it is.
#include "tests/unit/store/snapshot_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Restore : public ::testing::Test, protected SnapshotBed {
 protected:
  SandboxIdentity clone_ = clone_identity();
  SnapshotIdentity made_{};

  void SetUp() override {
    made_ = published();
    ASSERT_TRUE(store.create_sandbox(clone_));
  }
  std::string in_clone(const std::string& name) const { return layout.sandbox_dir(clone_.uid) + "/" + name; }
  // Refused, with the snapshot and the sandbox as they were.
  template <class Try>
  Error refused(const Try& attempt) {
    const auto before = files.peek_tree("/state");
    const Result<Effect> done = attempt();
    EXPECT_FALSE(done);
    EXPECT_EQ(files.peek_tree("/state"), before);
    return done ? Error{} : done.error();
  }
  Error memory_refused() { return refused([&] { return store.restore_memory(clone_, made_); }); }
  Error disk_refused() { return refused([&] { return store.restore_disk(clone_, made_, {}); }); }
};

}  // namespace

TEST_F(Restore, AMemoryIsLinkedAndMarkedAsThisSandboxes) {
  const auto before = files.peek_tree(directory);
  ASSERT_EQ(store.restore_memory(clone_, made_), Effect::Changed);
  files.lose_power();
  const auto pause = store.pause(clone_.uid);
  ASSERT_TRUE(pause) << to_string(pause.error());
  EXPECT_EQ(pause->identity, (PauseIdentity{clone_.uid, saved_memory(), clock.now(), "before"}));
  EXPECT_TRUE(pause->usable());
  EXPECT_TRUE(pause->has_flat);
  const auto same_file = [&](const std::string& name) {
    return files.peek_stamp(in_clone("memory/" + name))->id == files.peek_stamp(directory + "/" + name)->id;
  };
  EXPECT_TRUE(same_file("memfile." + kMemoryBuild));
  EXPECT_TRUE(same_file(kFlatFile));
  EXPECT_FALSE(same_file(kStateFile));
  EXPECT_EQ(files.peek(in_clone("memory/snapfile")), "state of devices");
  EXPECT_TRUE(load_generation(files, in_clone("memory")));
  EXPECT_EQ(files.peek_tree(directory), before);
  EXPECT_THAT(store.look().leftovers, IsEmpty());
}

TEST_F(Restore, WithoutAFlatImageThereIsNone) {
  files.erase(directory + "/" + kFlatFile);
  ASSERT_EQ(store.restore_memory(clone_, made_), Effect::Changed);
  EXPECT_FALSE(store.pause(clone_.uid)->has_flat);
}

TEST_F(Restore, WhatIsThereAlreadyStays) {
  ASSERT_EQ(store.restore_memory(clone_, made_), Effect::Changed);
  ASSERT_TRUE(store.consume_pause(clone_.uid));
  EXPECT_EQ(store.restore_memory(clone_, made_), Effect::Unchanged);
  EXPECT_TRUE(store.pause(clone_.uid)->consumed);
  files.put(in_clone(kCowFile), "its own");
  EXPECT_EQ(store.restore_disk(clone_, made_, {}), Effect::Unchanged);
  EXPECT_EQ(files.peek(in_clone(kCowFile)), "its own");
}

TEST_F(Restore, OfADiskSnapshotThereIsNoMemory) {
  SnapshotIdentity disk = snapshot_identity("disk");
  disk.spec.mode = SnapshotMode::Disk;
  made_ = published(disk);
  EXPECT_EQ(memory_refused().kind, ErrorKind::Invalid);
}

TEST_F(Restore, ADamagedMemoryIsCorruptAndNamesWhatIsWrong) {
  files.put(directory + "/memfile." + kMemoryBuild, "short");
  EXPECT_EQ(memory_refused().kind, ErrorKind::Corrupt);
  files.erase(directory + "/memfile." + kMemoryBuild);
  EXPECT_THAT(memory_refused().hint, HasSubstr("cowherd verify snapshot before"));
  files.put(directory + "/memfile." + kMemoryBuild, std::string(kPage.value, 'm'));
  files.put(directory + "/" + kStateFile, "state of device");
  EXPECT_THAT(memory_refused().message, HasSubstr("snapfile has 15 bytes, it had 16"));
  files.erase(directory + "/" + kStateFile);
  EXPECT_EQ(memory_refused().kind, ErrorKind::Corrupt);
}

TEST_F(Restore, AHeaderOfAnotherMemoryIsCorrupt) {
  const BuildId other = *BuildId::make("22222222-2222-2222-2222-222222222222");
  const BuildId base = *BuildId::make(kMemoryBuild);
  files.put(directory + "/" + std::string(kHeaderName),
            print_header({8_KiB, 1, other, base, {{{}, kPage, base, {}}, {kPage, kPage, {}, {}}}}));
  EXPECT_EQ(memory_refused().kind, ErrorKind::Corrupt);
}

TEST_F(Restore, AnotherCaptureOfTheNameIsStale) {
  made_.uid = sandbox_identity("x", 9).uid;
  EXPECT_EQ(memory_refused().kind, ErrorKind::Stale);
  EXPECT_EQ(disk_refused().kind, ErrorKind::Stale);
}

TEST_F(Restore, ADiskIsACopy) {
  const auto before = files.peek_tree(directory);
  ASSERT_EQ(store.restore_disk(clone_, made_, {}), Effect::Changed);
  files.lose_power();
  EXPECT_EQ(files.peek(in_clone(kCowFile)), store_bytes());
  EXPECT_NE(files.peek_stamp(in_clone(kCowFile))->id, files.peek_stamp(directory + "/" + kCowFile)->id);
  EXPECT_EQ(files.peek_tree(directory), before);
  EXPECT_THAT(store.look().leftovers, IsEmpty());
}

TEST_F(Restore, ADiskOfAnotherBaseOrDriverIsRefused) {
  clone_.revision = digest_of("another");
  EXPECT_EQ(disk_refused().kind, ErrorKind::Invalid);
  clone_ = clone_identity(DiskDriverKind::Qcow2);
  EXPECT_EQ(disk_refused().kind, ErrorKind::Invalid);
}

TEST_F(Restore, ACutDiskIsCorrupt) {
  files.put(directory + "/" + kCowFile, store_bytes().substr(0, 4096));
  EXPECT_EQ(disk_refused().kind, ErrorKind::Corrupt);
  files.erase(directory + "/" + kCowFile);
  EXPECT_EQ(disk_refused().kind, ErrorKind::Corrupt);
}

TEST_F(Restore, CancellingLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  const Error error = refused([&] { return store.restore_disk(clone_, made_, {stop.get_token(), {}, {}}); });
  EXPECT_THAT(error.message, HasSubstr("cancelled"));
}

TEST_F(Restore, AnOverlayFindsItsBaseFromItsNewPlace) {
  made_ = published(snapshot_identity("before-2", DiskDriverKind::Qcow2));
  clone_.driver = DiskDriverKind::Qcow2;
  ASSERT_EQ(store.restore_disk(clone_, made_, {}), Effect::Changed);
  const auto overlay = images.inspect_overlay(in_clone(kOverlayFile));
  ASSERT_TRUE(overlay);
  EXPECT_EQ(backing_path(overlay->backing_file, in_clone(kOverlayFile)), base_image);
}

TEST_F(Restore, AnOverlayOnAnotherBaseIsCorrupt) {
  made_ = published(snapshot_identity("before-2", DiskDriverKind::Qcow2));
  clone_.driver = DiskDriverKind::Qcow2;
  std::string elsewhere = qcow2_image(16_KiB, "../../elsewhere/rootfs.ext4", chunks("aXY."));
  files.put(layout.snapshot_dir("before-2") + "/" + kOverlayFile, elsewhere);
  EXPECT_EQ(disk_refused().kind, ErrorKind::Corrupt);
}

TEST_F(Restore, TheSnapshotMayGoAfterwards) {
  ASSERT_EQ(store.restore_memory(clone_, made_), Effect::Changed);
  ASSERT_EQ(store.restore_disk(clone_, made_, {}), Effect::Changed);
  ASSERT_TRUE(store.trash_snapshot(made_));
  ASSERT_TRUE(store.purge(store.look().trash.front()));
  files.lose_power();
  EXPECT_TRUE(load_generation(files, in_clone("memory")));
  EXPECT_EQ(files.peek(in_clone("memory/memfile." + kMemoryBuild)), std::string(kPage.value, 'm'));
  EXPECT_EQ(files.peek(in_clone(kCowFile)), store_bytes());
}

// --- dying

namespace {

// A published snapshot and a new sandbox, on a bed of for_every_fault.
void prepare(StoreBed& bed) {
  SnapshotBed other;
  other.published();
  for (const auto& [path, content] : other.files.peek_tree(other.directory)) bed.files.put(path, content);
  ASSERT_TRUE(bed.store.create_sandbox(clone_identity()));
}

std::map<std::string, std::string> snapshot_files(const StoreBed& bed) {
  return bed.files.peek_tree(bed.layout.snapshot_dir("before"));
}

}  // namespace

TEST(RestoreBroken, AMemoryIsThereWholeOrNotAtAll) {
  SnapshotBed pristine;
  pristine.published();
  const SnapshotIdentity from = pristine.store.snapshot("before").value();
  for_every_fault(prepare, [&](StoreBed&, Store& store) { return store.restore_memory(clone_identity(), from).has_value(); },
                  [&](const Broken& broken) {
                    StoreBed& bed = broken.bed;
                    collect_leftovers(bed);
                    const StoreContents seen = bed.store.look();
                    ASSERT_THAT(seen.unreadable, IsEmpty());
                    if (broken.succeeded) {
                      ASSERT_TRUE(seen.pauses.contains(clone_identity().uid));
                    }
                    ASSERT_TRUE(bed.store.restore_memory(clone_identity(), from));
                    bed.files.lose_power();
                    ASSERT_TRUE(bed.store.look().pauses.at(clone_identity().uid)->usable());
                    ASSERT_TRUE(load_generation(bed.files, bed.layout.memory_dir(clone_identity().uid)));
                    ASSERT_EQ(bed.files.peek(bed.layout.memory_dir(clone_identity().uid) + "/snapfile"), "state of devices");
                    ASSERT_EQ(snapshot_files(bed), snapshot_files(pristine));
                  });
}

TEST(RestoreBroken, ADiskIsThereWholeOrNotAtAll) {
  SnapshotBed pristine;
  pristine.published();
  const SnapshotIdentity from = pristine.store.snapshot("before").value();
  for_every_fault(prepare, [&](StoreBed&, Store& store) { return store.restore_disk(clone_identity(), from, {}).has_value(); },
                  [&](const Broken& broken) {
                    StoreBed& bed = broken.bed;
                    const std::string disk = bed.layout.sandbox_dir(clone_identity().uid) + "/" + kCowFile;
                    collect_leftovers(bed);
                    if (bed.files.exists(disk) || broken.succeeded) {
                      ASSERT_EQ(bed.files.peek(disk), SnapshotBed::store_bytes());
                    }
                    ASSERT_TRUE(bed.store.restore_disk(clone_identity(), from, {}));
                    bed.files.lose_power();
                    ASSERT_EQ(bed.files.peek(disk), SnapshotBed::store_bytes());
                    ASSERT_EQ(snapshot_files(bed), snapshot_files(pristine));
                  });
}

}  // namespace cowherd::testing
