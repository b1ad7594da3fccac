// SPDX-License-Identifier: Apache-2.0
// What every DiskDriver does, dm-snapshot and qcow2, on fakes and on the real thing. Include it in one test
// file per program, then INSTANTIATE_TEST_SUITE_P.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "resources/block/disk.h"
#include "tests/contract/block_bed.h"

namespace cowherd::testing {

class DiskDriverBed {
 public:
  virtual ~DiskDriverBed() = default;
  virtual DiskDriver& driver() = 0;
  virtual FileSystem& files() = 0;
  virtual std::string root() const = 0;
  virtual DiskDriverKind kind() const = 0;
};

using MakeDiskDriverBed = std::function<std::unique_ptr<DiskDriverBed>()>;

class DiskDriverContract : public ::testing::TestWithParam<MakeDiskDriverBed> {
 protected:
  ~DiskDriverContract() override {
    for (const DiskPlan& plan : plans_) static_cast<void>(driver_.deactivate(plan));
  }

  // A disk of 1 MiB on an image of 64 KiB, its directory made.
  DiskPlan plan(const std::string& digit = "1") {
    DiskPlan plan;
    std::string uid;
    while (uid.size() < 32) uid += digit;
    plan.uid = Uid::make(uid).value();
    plan.driver = bed_->kind();
    plan.directory = bed_->root() + "/" + uid;
    plan.base_image = bed_->root() + "/rootfs.ext4";
    plan.size = 1_MiB;
    EXPECT_THAT(bed_->files().make_directory(plan.directory), Succeeds());
    EXPECT_THAT(bed_->files().write(plan.base_image, std::string(65536, 'b')), Succeeds());
    plans_.push_back(plan);
    return plan;
  }
  DiskState seen(const DiskPlan& plan) {
    const Fact<DiskState> state = driver_.look(plan);
    EXPECT_TRUE(state.known());
    return state.known() ? *state : DiskState{};
  }
  std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    const Result<std::vector<FileEntry>> entries = bed_->files().list(directory);
    EXPECT_TRUE(entries);
    for (const FileEntry& entry : *entries) names.push_back(entry.name);
    return names;
  }

  std::unique_ptr<DiskDriverBed> bed_ = GetParam()();
  DiskDriver& driver_ = bed_->driver();
  std::vector<DiskPlan> plans_{};
};

TEST_P(DiskDriverContract, BeforeItIsMadeThereIsNothing) {
  const DiskState state = seen(plan());
  EXPECT_FALSE(state.store_present);
  EXPECT_FALSE(state.active);
  EXPECT_FALSE(state.interrupted);
  EXPECT_EQ(state.fault, DiskFault::None);
}

TEST_P(DiskDriverContract, CreatingMakesOneFileAndTwiceChangesNothing) {
  const DiskPlan disk = plan();
  EXPECT_EQ(driver_.create(disk).value(), Effect::Changed);
  EXPECT_EQ(names_in(disk.directory).size(), 1u);
  const FileEntry store = bed_->files().list(disk.directory)->at(0);
  const FileStamp before = bed_->files().stat(disk.directory + "/" + store.name).value();
  EXPECT_EQ(driver_.create(disk).value(), Effect::Unchanged);
  EXPECT_EQ(bed_->files().stat(disk.directory + "/" + store.name).value(), before);
  EXPECT_TRUE(seen(disk).store_present);
}

TEST_P(DiskDriverContract, AnActiveDiskOffersTheWantedSizeAndANode) {
  const DiskPlan disk = plan();
  ASSERT_THAT(driver_.create(disk), Succeeds());
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  const DiskState state = seen(disk);
  EXPECT_TRUE(state.active);
  EXPECT_EQ(state.size, disk.size);
  EXPECT_FALSE(state.node.empty());
  EXPECT_EQ(state.format, disk.driver == DiskDriverKind::DmSnapshot ? "raw" : "qcow2");
  EXPECT_EQ(state.fault, DiskFault::None) << state.detail;
  EXPECT_EQ(driver_.activate(disk).value(), Effect::Unchanged);
}

TEST_P(DiskDriverContract, ActivatingWithoutAStoreFails) {
  EXPECT_THAT(driver_.activate(plan()), FailsWith(ErrorKind::NotFound));
}

TEST_P(DiskDriverContract, DeactivatingTwiceChangesNothingTheSecondTimeAndKeepsTheStore) {
  const DiskPlan disk = plan();
  ASSERT_THAT(driver_.create(disk), Succeeds());
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  EXPECT_EQ(driver_.deactivate(disk).value(), Effect::Unchanged);
  EXPECT_TRUE(seen(disk).store_present);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_TRUE(seen(disk).active);
}

TEST_P(DiskDriverContract, AGrownDiskOffersTheNewSize) {
  DiskPlan disk = plan();
  ASSERT_THAT(driver_.create(disk), Succeeds());
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  disk.size = 2_MiB;
  EXPECT_EQ(driver_.grow(disk).value(), Effect::Changed);
  EXPECT_EQ(driver_.grow(disk).value(), Effect::Unchanged);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_EQ(seen(disk).size, 2_MiB);
  EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
}

TEST_P(DiskDriverContract, WhereNothingIsWrongNothingIsMended) {
  const DiskPlan disk = plan();
  EXPECT_THAT(driver_.repair_store(disk), FailsWith(ErrorKind::NotFound));
  ASSERT_THAT(driver_.create(disk), Succeeds());
  EXPECT_GE(seen(disk).store_size, store_size_for(disk));
  EXPECT_EQ(driver_.repair_store(disk).value(), Effect::Unchanged);
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Unchanged);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Unchanged);
  EXPECT_GE(seen(disk).store_size, store_size_for(disk));
}

TEST_P(DiskDriverContract, TwoDisksOnOneImageAreApart) {
  const DiskPlan one = plan("1");
  const DiskPlan two = plan("2");
  for (const DiskPlan& disk : {one, two}) {
    ASSERT_THAT(driver_.create(disk), Succeeds());
    ASSERT_THAT(driver_.activate(disk), Succeeds());
  }
  EXPECT_NE(seen(one).node, seen(two).node);
  ASSERT_THAT(driver_.deactivate(one), Succeeds());
  EXPECT_TRUE(seen(two).active);
}

}  // namespace cowherd::testing
