// SPDX-License-Identifier: Apache-2.0
// How large a store may be, and mending one whatever call fails or is the last.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "resources/block/exception_store.h"
#include "tests/unit/block/fake_beds.h"

namespace cowherd::testing {
namespace {

DiskPlan plan_of(DiskDriverKind driver = DiskDriverKind::DmSnapshot) {
  DiskPlan disk;
  disk.uid = Uid::make(std::string(32, '1')).value();
  disk.driver = driver;
  disk.directory = "/state/d";
  disk.base_image = "/state/rootfs.ext4";
  disk.size = 4_MiB;
  return disk;
}

TEST(StoreSize, WithoutALimitItCannotOverflow) {
  EXPECT_EQ(store_size_for(plan_of()), store_size_that_cannot_overflow(4_MiB));
}

TEST(StoreSize, ALimitAboveWhatIsNeededChangesNothing) {
  DiskPlan disk = plan_of();
  disk.cow_limit = 1_GiB;
  EXPECT_EQ(store_size_for(disk), store_size_that_cannot_overflow(4_MiB));
}

TEST(StoreSize, AnOverlayGrowsByItself) { EXPECT_EQ(store_size_for(plan_of(DiskDriverKind::Qcow2)), Bytes{0}); }

TEST(StoreSize, NoStoreEndsInFrontOfAMetadataArea) {
  EXPECT_EQ(store_size_within(Bytes{257 * 4096}), Bytes{257 * 4096});
  EXPECT_EQ(store_size_within(Bytes{258 * 4096}), Bytes{257 * 4096});
  EXPECT_EQ(store_size_within(Bytes{259 * 4096}), Bytes{259 * 4096});
  EXPECT_EQ(store_size_within(Bytes{515 * 4096 + 5}), Bytes{514 * 4096});
  for (std::uint64_t chunks = 1; chunks < 3000; ++chunks) {
    const Bytes size = store_size_that_cannot_overflow(Bytes{chunks * 4096});
    EXPECT_EQ(store_size_within(size), size);
  }
}

TEST(ClosedStore, ThatCannotBeReadIsAFaultAndNotUnknown) {
  for (const DiskDriverKind kind : {DiskDriverKind::DmSnapshot, DiskDriverKind::Qcow2}) {
    FakeHost host;
    DmSnapshotDriver snapshots{host.dm, host.loops, host.files, host.parts, "0123abcd"};
    Qcow2Driver overlays{host.images, host.files};
    const bool is_snapshot = kind == DiskDriverKind::DmSnapshot;
    DiskDriver& driver = is_snapshot ? static_cast<DiskDriver&>(snapshots) : overlays;
    const DiskPlan disk = plan_of(kind);
    host.files.put_directory(disk.directory);
    host.files.put(disk.base_image, std::string(65536, 'b'));
    ASSERT_THAT(driver.create(disk), Succeeds());
    host.faults.refuse(is_snapshot ? "read part" : "image.inspect_overlay", ErrorKind::Failed);
    const Fact<DiskState> state = driver.look(disk);
    ASSERT_TRUE(state.known()) << to_string(state.why());
    EXPECT_TRUE(state->store_present);
    EXPECT_EQ(state->fault, DiskFault::Unreadable);
    EXPECT_THAT(driver.deactivate(disk), Succeeds());
    host.faults.refuse("", std::nullopt);
    EXPECT_EQ(driver.look(disk)->fault, DiskFault::None);
  }
}

// A disk of 64 KiB of store that the kernel gave up; its limit was raised since.
struct GivenUp {
  GivenUp() {
    host.files.put_directory(disk.directory);
    host.files.put(disk.base_image, std::string(65536, 'b'));
    disk.cow_limit = 64_KiB;
    EXPECT_THAT(driver.create(disk), Succeeds());
    EXPECT_THAT(driver.activate(disk), Succeeds());
    host.dm.give_up(dm_name(disk.uid, DmRole::Root));
    EXPECT_EQ(driver.look(disk)->fault, DiskFault::Invalid);
    EXPECT_THAT(driver.deactivate(disk), Succeeds());
    EXPECT_THAT(host.files.sync(disk.directory + "/" + kCowFile), Succeeds());
    disk.cow_limit = 128_KiB;
  }
  // The next process finds what the last one left.
  void expect_mended() {
    host.faults.disarm();
    EXPECT_THAT(driver.repair_store(disk), Succeeds());
    host.files.lose_power();
    EXPECT_EQ(driver.look(disk)->fault, DiskFault::None);
    EXPECT_EQ(driver.look(disk)->store_size, 128_KiB);
    EXPECT_THAT(driver.activate(disk), Succeeds());
  }

  FakeHost host{};
  DmSnapshotDriver driver{host.dm, host.loops, host.files, host.parts, "0123abcd"};
  DiskPlan disk = plan_of();
};

TEST(StoreRepair, WhateverCallFailsTheNextRepairMendsIt) {
  for (int nth = 1;; ++nth) {
    GivenUp world;
    world.host.faults.arm(FaultMode::Fail, nth);
    const auto repaired = world.driver.repair_store(world.disk);
    if (world.host.faults.calls() < nth) return;
    EXPECT_FALSE(repaired) << world.host.faults.trace().back();
    world.expect_mended();
  }
}

TEST(StoreRepair, WhateverCallIsTheLastBeforeThePowerGoesTheNextRepairMendsIt) {
  for (const FaultMode mode : {FaultMode::DieBefore, FaultMode::DieAfter}) {
    for (int nth = 1;; ++nth) {
      GivenUp world;
      world.host.faults.arm(mode, nth);
      bool died = false;
      try {
        EXPECT_THAT(world.driver.repair_store(world.disk), Succeeds());
      } catch (const SimulatedDeath&) {
        died = true;
      }
      if (!died) break;
      world.host.files.lose_power();
      world.expect_mended();
    }
  }
}

TEST(StoreRepair, AStoreThatAProgramWritesToIsBusy) {
  GivenUp world;
  world.host.parts.set_writers(world.disk.directory + "/" + kCowFile, Writers::Some);
  EXPECT_THAT(world.driver.repair_store(world.disk), FailsWith(ErrorKind::Busy));
}

TEST(StoreRepair, AStoreOnALoopOfSomebodyElseIsBusy) {
  GivenUp world;
  world.host.loops.add_foreign(world.disk.directory + "/" + kCowFile, LoopAccess::ReadWrite);
  EXPECT_THAT(world.driver.repair_store(world.disk), FailsWith(ErrorKind::Busy));
}

TEST(StoreGrowth, AFullStoreWaitsUntilItIsClosed) {
  GivenUp world;
  world.expect_mended();
  world.host.dm.set_status(dm_name(world.disk.uid, DmRole::Root), "Overflow");
  world.disk.cow_limit = 256_KiB;
  EXPECT_THAT(world.driver.grow_store(world.disk), FailsWith(ErrorKind::Exhausted));
  EXPECT_EQ(world.driver.look(world.disk)->store_size, 128_KiB);
  EXPECT_THAT(world.driver.deactivate(world.disk), Succeeds());
  EXPECT_EQ(world.driver.repair_store(world.disk).value(), Effect::Changed);
  EXPECT_EQ(world.driver.look(world.disk)->store_size, 256_KiB);
}

}  // namespace
}  // namespace cowherd::testing
