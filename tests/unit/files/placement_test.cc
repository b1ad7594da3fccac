// SPDX-License-Identifier: Apache-2.0
#include "resources/files/placement.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "resources/files/linux_file_system.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

FileStamp a_file(std::uint64_t inode, Bytes allocated) {
  FileStamp stamp;
  stamp.id = {1, inode};
  stamp.allocated = allocated;
  return stamp;
}

TEST(SpaceLedger, WhatOneHasAloneIsExclusive) {
  SpaceLedger ledger;
  ledger.add("a", a_file(1, 8_KiB), {});
  ledger.add("a", a_file(2, 4_KiB), {});
  ledger.add("b", a_file(3, 4_KiB), {});
  const SpaceShares shares = ledger.shares();
  EXPECT_EQ(shares.owners.at("a"), (SpaceShare{12_KiB, {}}));
  EXPECT_EQ(shares.total(), 16_KiB);
}

TEST(SpaceLedger, HardLinksCountOnce) {
  SpaceLedger ledger;
  ledger.add("a", a_file(1, 8_KiB), {});
  ledger.add("a", a_file(1, 8_KiB), {});
  ledger.add("b", a_file(1, 8_KiB), {});
  const SpaceShares shares = ledger.shares();
  EXPECT_EQ(shares.owners.at("a"), (SpaceShare{{}, 8_KiB}));
  EXPECT_EQ(shares.owners.at("b"), (SpaceShare{{}, 8_KiB}));
  EXPECT_EQ(shares.shared_once, 8_KiB);
  EXPECT_EQ(shares.total(), 8_KiB);
}

TEST(SpaceLedger, OverlappingExtentsCountOnce) {
  SpaceLedger ledger;
  ledger.add("a", a_file(1, 16_KiB), {{0, 12_KiB}});
  ledger.add("b", a_file(2, 8_KiB), {{8192, 8_KiB}});
  const SpaceShares shares = ledger.shares();
  EXPECT_EQ(shares.owners.at("a"), (SpaceShare{12_KiB, 4_KiB}));
  EXPECT_EQ(shares.owners.at("b"), (SpaceShare{4_KiB, 4_KiB}));
  EXPECT_EQ(shares.total(), 20_KiB);
}

TEST(SpaceLedger, AReflinkWithinOneOwnerIsItsOwn) {
  SpaceLedger ledger;
  ledger.add("a", a_file(1, 8_KiB), {{0, 8_KiB}});
  ledger.add("a", a_file(2, 8_KiB), {{0, 8_KiB}});
  EXPECT_EQ(ledger.shares().owners.at("a"), (SpaceShare{8_KiB, {}}));
  EXPECT_EQ(ledger.shares().total(), 8_KiB);
}

TEST(SpaceLedger, ExtentsOfDifferentDevicesAreDifferent) {
  SpaceLedger ledger;
  FileStamp other = a_file(1, 4_KiB);
  other.id.device = 2;
  ledger.add("a", a_file(1, 4_KiB), {{0, 4_KiB}});
  ledger.add("b", other, {{0, 4_KiB}});
  EXPECT_EQ(ledger.shares().total(), 8_KiB);
}

TEST(SpaceLedger, ExtentsBeyondWhatAFileTakesAreNotBelieved) {
  SpaceLedger ledger;
  ledger.add("a", a_file(1, 4_KiB), {{0, 8_KiB}});
  EXPECT_EQ(ledger.shares().owners.at("a"), (SpaceShare{4_KiB, {}}));
}

TEST(SharedExtents, AFileOfItsOwnSharesNothingAndAMissingOneIsNotFound) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/file";
  std::ofstream(path) << std::string(1 << 16, 'x');
  const auto extents = shared_extents(path);
  ASSERT_TRUE(extents) << to_string(extents.error());
  EXPECT_TRUE(extents->empty());
  EXPECT_EQ(shared_extents(directory.path() + "/none").error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace cowherd::testing
