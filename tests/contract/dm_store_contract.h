// SPDX-License-Identifier: Apache-2.0
// What the dm-snapshot driver does with its exception store, on fakes and on the kernel: growing it, and mending what
// the kernel gave up. Include it in one test file per program, then INSTANTIATE_TEST_SUITE_P.
#pragma once

#include "resources/block/endian.h"
#include "resources/block/exception_store.h"
#include "tests/contract/disk_driver_contract.h"

namespace cowherd::testing {

class DmStoreContract : public DiskDriverContract {
 protected:
  DiskPlan limited(Bytes limit) {
    DiskPlan disk = plan();
    disk.cow_limit = limit;
    plans_.back() = disk;
    EXPECT_THAT(driver_.create(disk), Succeeds());
    return disk;
  }
  static std::string path(const DiskPlan& disk) { return disk.directory + "/" + kCowFile; }
  std::string store(const DiskPlan& disk) { return bed_->files().read(path(disk), 4_MiB).value(); }
  // Over a closed store's bytes, its length kept.
  void put(const DiskPlan& disk, std::size_t offset, const std::string& bytes) {
    std::string content = store(disk);
    content.replace(offset, bytes.size(), bytes);
    ASSERT_THAT(bed_->files().write(path(disk), content), Succeeds());
  }
  void say_invalid(const DiskPlan& disk) { put(disk, kValidFlagAt.value, std::string(4, '\0')); }
  static std::string exception(std::uint64_t old_chunk, std::uint64_t new_chunk) {
    std::string entry;
    append_le64(entry, old_chunk);
    append_le64(entry, new_chunk);
    return entry;
  }
};

TEST_P(DmStoreContract, AStoreHasTheSizeThatItsLimitAllowsFromTheStart) {
  const DiskPlan disk = limited(66_KiB);
  EXPECT_EQ(store_size_for(disk), 64_KiB) << "whole chunks";
  EXPECT_EQ(seen(disk).store_size, 64_KiB);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_EQ(seen(disk).store_size, 64_KiB);
}

TEST_P(DmStoreContract, ARaisedLimitReachesAnActiveDisk) {
  DiskPlan disk = limited(64_KiB);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  disk.cow_limit = 128_KiB;
  EXPECT_LT(seen(disk).store_size, store_size_for(disk));
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Changed);
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Unchanged);
  const DiskState state = seen(disk);
  EXPECT_TRUE(state.active);
  EXPECT_EQ(state.fault, DiskFault::None) << state.detail;
  EXPECT_EQ(state.store_size, 128_KiB);
  ASSERT_TRUE(state.usage);
  EXPECT_EQ(to_bytes(state.usage->total), 128_KiB);
}

TEST_P(DmStoreContract, ALoweredLimitShortensNothing) {
  DiskPlan disk = limited(128_KiB);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  disk.cow_limit = 64_KiB;
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Unchanged);
  EXPECT_EQ(seen(disk).store_size, 128_KiB);
}

TEST_P(DmStoreContract, ALongerFileThatTheLoopWasNotToldOfIsFinished) {
  DiskPlan disk = limited(64_KiB);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  disk.cow_limit = 128_KiB;
  ASSERT_THAT(bed_->files().resize(path(disk), 128_KiB), Succeeds());
  EXPECT_EQ(seen(disk).store_size, 64_KiB);
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Changed);
  EXPECT_EQ(seen(disk).store_size, 128_KiB);
}

TEST_P(DmStoreContract, AClosedStoreGrowsByEitherCall) {
  DiskPlan disk = limited(64_KiB);
  disk.cow_limit = 128_KiB;
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Changed);
  EXPECT_EQ(seen(disk).store_size, 128_KiB);
  disk.cow_limit = 256_KiB;
  EXPECT_EQ(driver_.repair_store(disk).value(), Effect::Changed);
  EXPECT_EQ(seen(disk).store_size, 256_KiB);
}

TEST_P(DmStoreContract, AnActiveStoreIsNotRepaired) {
  const DiskPlan disk = limited(64_KiB);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_THAT(driver_.repair_store(disk), FailsWith(ErrorKind::Busy));
}

TEST_P(DmStoreContract, AStoreThatWasGivenUpIsSeenWhileClosedAndRefusedUntilItIsRepaired) {
  const DiskPlan disk = limited(64_KiB);
  put(disk, kChunk.value, exception(7, 2));
  const std::string before = store(disk);
  say_invalid(disk);
  EXPECT_EQ(seen(disk).fault, DiskFault::Invalid);
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Corrupt));
  EXPECT_EQ(driver_.repair_store(disk).value(), Effect::Changed);
  EXPECT_EQ(driver_.repair_store(disk).value(), Effect::Unchanged);
  EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
  EXPECT_TRUE(store(disk) == before);
  EXPECT_EQ(names_in(disk.directory), std::vector<std::string>{kCowFile});
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
}

TEST_P(DmStoreContract, AStoreThatDoesNotHoldTogetherIsNotRepairedAndLeftAsItIs) {
  const DiskPlan disk = limited(64_KiB);
  say_invalid(disk);
  for (const std::string& wrong : {exception(1, 16) + exception(2, 3),     // outside the file
                                   exception(1, 2) + exception(2, 2),      // used twice
                                   exception(256, 2) + exception(2, 3),    // outside the disk
                                   exception(0, 0) + exception(2, 3)}) {   // behind the end
    put(disk, kChunk.value, wrong);
    const std::string before = store(disk);
    EXPECT_THAT(driver_.repair_store(disk), FailsWith(ErrorKind::Corrupt));
    EXPECT_TRUE(store(disk) == before);
    EXPECT_EQ(names_in(disk.directory).size(), 1u);
  }
}

TEST_P(DmStoreContract, AZeroedHeaderIsNotRepaired) {
  DiskPlan disk = limited(64_KiB);
  put(disk, 0, std::string(kChunk.value, '\0'));
  disk.cow_limit = 128_KiB;
  EXPECT_THAT(driver_.repair_store(disk), FailsWith(ErrorKind::Corrupt));
  EXPECT_EQ(seen(disk).store_size, 64_KiB);
}

}  // namespace cowherd::testing
