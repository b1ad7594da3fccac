// SPDX-License-Identifier: Apache-2.0
// Snapshots: published, recorded, looked at, moved to trash; and each of these dying at every host call.
#include "tests/unit/store/snapshot_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Snapshots : public ::testing::Test, protected SnapshotBed {
 protected:
  std::vector<std::string> parts_of(const SnapshotIdentity& identity) {
    std::vector<std::string> names;
    for (const SnapshotPart& part : identity.parts) names.push_back(part.name);
    return names;
  }
};

}  // namespace

TEST_F(Snapshots, AFullOneIsPublishedWithADigestOfEveryPart) {
  clock.advance(std::chrono::hours{1});
  const SnapshotIdentity made = published();
  files.lose_power();
  EXPECT_THAT(parts_of(made), ElementsAre("memfile." + kMemoryBuild, "memfile.header", "rootfs.cow",
                                          "rootfs.meta", "snapfile"));
  EXPECT_EQ(made.parts.back().sha256, digest_of("state of devices"));
  EXPECT_EQ(made.parts.back().size, Bytes{16});
  EXPECT_EQ(made.captured, clock.now());
  EXPECT_EQ(made.power, "Running");
  EXPECT_EQ(*store.snapshot("before"), made);
  const StoreContents seen = store.look();
  EXPECT_EQ(*seen.snapshots.at("before"), made);
  EXPECT_THAT(seen.seeds, IsEmpty());
  const std::string disk = directory + "/" + kCowFile;
  EXPECT_EQ(*seen.snapshot_disks.at("before"), (SourceFile{disk, *files.peek_stamp(disk)}));
  EXPECT_THAT(seen.leftovers, IsEmpty());
  EXPECT_THAT(seen.unreadable, IsEmpty());
  EXPECT_THAT(*files.peek(directory + "/rootfs.meta"), HasSubstr("\"base_template\": \"" + base_image + "\""));
  EXPECT_THAT(*store.verify_snapshot("before", {}), IsEmpty());
}

TEST_F(Snapshots, OneOfAnOverlayHasNoMeta) {
  SnapshotIdentity wanted = snapshot_identity("before", DiskDriverKind::Qcow2);
  wanted.spec.mode = SnapshotMode::Disk;
  EXPECT_THAT(parts_of(published(wanted)), ElementsAre("rootfs.qcow2"));
  EXPECT_THAT(*store.verify_snapshot("before", {}), IsEmpty());
}

TEST_F(Snapshots, OlderReadersFindAWholeSnapshotInIt) {
  published();
  files.erase(directory + "/" + kSnapshotFile);
  const SeedSnapshot seed = store.look().seeds.at("before");
  EXPECT_EQ(seed.disk, SeedSnapshot::Disk::Store);
  EXPECT_EQ(seed.base_image, base_image);
  EXPECT_TRUE(seed.has_memory);
  EXPECT_THAT(seed.missing, IsEmpty());
}

TEST_F(Snapshots, ATakenNameIsBusyAndStays) {
  const SnapshotIdentity first = published();
  const auto again = store.publish_snapshot(snapshot_identity(), capture(), {});
  EXPECT_EQ(again.error().kind, ErrorKind::Busy);
  EXPECT_EQ(*store.snapshot("before"), first);
}

TEST_F(Snapshots, AFailedCaptureLeavesNothing) {
  const auto failing = [&](const std::string& staged, SnapshotIdentity&) -> Status {
    EXPECT_TRUE(files.write(staged + "/half", "x"));
    return fail(ErrorKind::Failed, "the guest does not freeze");
  };
  const auto made = store.publish_snapshot(snapshot_identity(), failing, {});
  ASSERT_FALSE(made);
  EXPECT_THAT(to_string(made.error()), HasSubstr("does not freeze"));
  EXPECT_THAT(files.peek_tree(layout.snapshots()), IsEmpty());
}

TEST_F(Snapshots, ACaptureWithoutADiskIsRefused) {
  const auto nothing = [](const std::string&, SnapshotIdentity&) -> Status { return {}; };
  EXPECT_FALSE(store.publish_snapshot(snapshot_identity(), nothing, {}));
  EXPECT_THAT(files.peek_tree(layout.snapshots()), IsEmpty());
}

TEST_F(Snapshots, WhileOneIsMadeItIsNoLeftover) {
  const auto looking = [&](const std::string& staged, SnapshotIdentity& identity) -> Status {
    EXPECT_THAT(store.look().leftovers, IsEmpty());
    EXPECT_EQ(store.remove_leftover(staged).error().kind, ErrorKind::Busy);
    return capture()(staged, identity);
  };
  EXPECT_TRUE(store.publish_snapshot(snapshot_identity(), looking, {}));
}

TEST_F(Snapshots, AnUpdateChangesTheRecordAndNothingElse) {
  SnapshotIdentity made = published();
  auto before = files.peek_tree(directory);
  made.retained = true;
  made.spec.holds = {"audit"};
  ASSERT_TRUE(store.update_snapshot(made));
  files.lose_power();
  EXPECT_EQ(*store.look().snapshots.at("before"), made);
  auto after = files.peek_tree(directory);
  before.erase(directory + "/" + kSnapshotFile);
  after.erase(directory + "/" + kSnapshotFile);
  EXPECT_EQ(before, after);
}

TEST_F(Snapshots, AnotherCaptureOfTheNameIsNeitherRecordedNorTrashed) {
  const SnapshotIdentity made = published();
  SnapshotIdentity other = made;
  other.uid = sandbox_identity("x", 9).uid;
  EXPECT_EQ(store.update_snapshot(other).error().kind, ErrorKind::Stale);
  EXPECT_TRUE(store.trash_snapshot(other));
  EXPECT_EQ(*store.snapshot("before"), made);
}

TEST_F(Snapshots, AnAbsentOneIsNotFoundAndTrashedAlready) {
  EXPECT_EQ(store.snapshot("before").error().kind, ErrorKind::NotFound);
  EXPECT_EQ(store.update_snapshot(snapshot_identity()).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(store.verify_snapshot("before", {}).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(store.trash_snapshot(snapshot_identity()));
}

TEST_F(Snapshots, ATrashedOneIsListedAsSuchAndPurged) {
  const SnapshotIdentity made = published();
  ASSERT_TRUE(store.trash_snapshot(made));
  files.lose_power();
  const StoreContents seen = store.look();
  EXPECT_THAT(seen.snapshots, IsEmpty());
  ASSERT_THAT(seen.trash, SizeIs(1));
  EXPECT_EQ(seen.trash.front().object, "Snapshot/before");
  EXPECT_EQ(seen.trash.front().uid, std::nullopt);
  EXPECT_EQ(files.peek(layout.trash() + "/" + seen.trash.front().name + "/snapfile"), "state of devices");
  ASSERT_TRUE(store.purge(seen.trash.front()));
  EXPECT_THAT(store.look().trash, IsEmpty());
}

TEST_F(Snapshots, AnUnreadableRecordMakesTheLookIncomplete) {
  published();
  files.put(directory + "/" + kSnapshotFile, "{");
  const StoreContents seen = store.look();
  EXPECT_TRUE(seen.snapshots.at("before").unknown());
  EXPECT_THAT(seen.unreadable, SizeIs(1));
  EXPECT_FALSE(store.trash_snapshot(snapshot_identity())) << "nothing says whose it is";
}

TEST_F(Snapshots, ADiskThatIsGoneOrCannotBeSeenIsTold) {
  published();
  files.deny(directory + "/" + kCowFile);
  EXPECT_TRUE(store.look().snapshot_disks.at("before").unknown());
  files.allow(directory + "/" + kCowFile);
  files.erase(directory + "/" + kCowFile);
  EXPECT_TRUE(store.look().snapshot_disks.at("before").absent());
}

TEST_F(Snapshots, ACopiedDirectoryIsNoSecondSnapshot) {
  published();
  files.put(layout.snapshot_dir("copy") + "/" + kSnapshotFile, *files.peek(directory + "/" + kSnapshotFile));
  EXPECT_TRUE(store.look().snapshots.at("copy").unknown());
  EXPECT_EQ(store.snapshot("copy").error().kind, ErrorKind::Corrupt);
}

TEST(SnapshotIdentityFile, IsReadBackAsWritten) {
  SnapshotIdentity identity = snapshot_identity();
  identity.captured = Moment{std::chrono::hours{500'000}};
  for (const char* power : {"Running", "Paused", "Stopped"}) {
    identity.power = power;
    const auto back = parse_snapshot_identity(print_identity(identity));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(*back, identity);
    identity.memory = saved_memory();
    identity.parts = {{"rootfs.cow", 8_KiB, digest_of("cow")}, {"snapfile", {}, digest_of("")}};
    identity.retained = true;
  }
}

TEST(SnapshotIdentityFile, CutOrOutsideItsDirectoryIsCorrupt) {
  SnapshotIdentity identity = snapshot_identity();
  identity.power = "Running";
  identity.parts = {{"rootfs.cow", 8_KiB, digest_of("cow")}};
  const std::string text = print_identity(identity);
  for (std::size_t cut = 0; cut <= text.rfind('}'); ++cut) {
    ASSERT_EQ(parse_snapshot_identity(text.substr(0, cut)).error().kind, ErrorKind::Corrupt) << cut;
  }
  for (const char* name : {"", ".", "..", "../web/rootfs.cow", "/etc/passwd"}) {
    identity.parts.front().name = name;
    EXPECT_FALSE(parse_snapshot_identity(print_identity(identity))) << name;
  }
}

// --- dying

namespace {

// The beds of for_every_fault are StoreBeds; a capture into one of them.
Store::Capture capture_into(StoreBed& bed) {
  return [&bed](const std::string& staged, SnapshotIdentity& identity) -> Status {
    for (const auto& [name, content] : std::map<std::string, std::string>{{kCowFile, SnapshotBed::store_bytes()},
                                                                         {kStateFile, "state of devices"},
                                                                         {std::string(kHeaderName), memory_header()},
                                                                         {"memfile." + kMemoryBuild, std::string(kPage.value, 'm')}}) {
      COWHERD_TRY(bed.files.write(staged + "/" + name, content));
      COWHERD_TRY(bed.files.sync(staged + "/" + name));
    }
    identity.power = "Running";
    identity.memory = saved_memory();
    return {};
  };
}

void put_base(StoreBed& bed) {
  bed.files.put(bed.layout.revision_dir("base", digest_of("revision")) + "/" + kRootfsFile, chunks("ab"));
}

bool publish(StoreBed& bed, Store& store) {
  return store.publish_snapshot(snapshot_identity(), capture_into(bed), {}).has_value();
}

}  // namespace

TEST(SnapshotsBroken, OneIsPublishedWholeOrNotAtAll) {
  for_every_fault(put_base, publish, [](const Broken& broken) {
    collect_leftovers(broken.bed);
    const StoreContents seen = broken.bed.store.look();
    ASSERT_THAT(seen.seeds, IsEmpty());
    ASSERT_THAT(seen.unreadable, IsEmpty());
    if (broken.succeeded) {
      ASSERT_THAT(seen.snapshots, SizeIs(1));
    }
    if (seen.snapshots.empty()) {
      ASSERT_TRUE(publish(broken.bed, broken.bed.store));
    }
    broken.bed.files.lose_power();
    ASSERT_TRUE(broken.bed.store.look().snapshots.at("before").known());
    ASSERT_THAT(*broken.bed.store.verify_snapshot("before", {}), IsEmpty());
  });
}

TEST(SnapshotsBroken, OneIsNeverLostOnItsWayToTrash) {
  const auto prepare = [](StoreBed& bed) {
    put_base(bed);
    ASSERT_TRUE(publish(bed, bed.store));
  };
  for_every_fault(prepare, [](StoreBed&, Store& store) { return store.trash_snapshot(snapshot_identity()).has_value(); },
                  [](const Broken& broken) {
                    ASSERT_TRUE(broken.bed.store.trash_snapshot(snapshot_identity()));
                    broken.bed.files.lose_power();
                    const StoreContents seen = broken.bed.store.look();
                    ASSERT_THAT(seen.snapshots, IsEmpty());
                    ASSERT_THAT(seen.trash, SizeIs(1));
                    const std::string entry = broken.bed.layout.trash() + "/" + seen.trash.front().name;
                    ASSERT_EQ(broken.bed.files.peek(entry + "/" + kCowFile), SnapshotBed::store_bytes());
                    ASSERT_TRUE(broken.bed.files.exists(entry + "/" + kSnapshotFile));
                  });
}

TEST(SnapshotsBroken, ARecordIsTheOldOrTheNewOne) {
  SnapshotIdentity held;
  const auto prepare = [&](StoreBed& bed) {
    put_base(bed);
    held = bed.store.publish_snapshot(snapshot_identity(), capture_into(bed), {}).value();
    held.spec.holds = {"audit"};
  };
  for_every_fault(prepare, [&](StoreBed&, Store& store) { return store.update_snapshot(held).has_value(); },
                  [&](const Broken& broken) {
                    const StoreContents seen = broken.bed.store.look();
                    ASSERT_TRUE(seen.snapshots.at("before").known());
                    if (broken.succeeded) {
                      ASSERT_EQ(*seen.snapshots.at("before"), held);
                    }
                    collect_leftovers(broken.bed);
                    ASSERT_TRUE(broken.bed.store.update_snapshot(held));
                    broken.bed.files.lose_power();
                    ASSERT_EQ(*broken.bed.store.look().snapshots.at("before"), held);
                  });
}

}  // namespace cowherd::testing
