// SPDX-License-Identifier: Apache-2.0
// Stores that lost their header, are full or were given up by the kernel; devices that are held open.
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "resources/block/exception_store.h"
#include "tests/kernel/kernel_bed.h"

namespace cowherd::testing {
namespace {

class KernelDiskFaults : public KernelDisks {
 protected:
  // Overwrites the front of an inactive disk's store.
  void put_front(const DiskPlan& disk, const std::string& front) {
    const UniqueFd fd(::open(store(disk).c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(::pwrite(fd.get(), front.data(), front.size(), 0), static_cast<ssize_t>(front.size()));
  }
  // Chunk after chunk from the front of the disk until the device refuses one: how many it took.
  std::uint64_t fill(const DiskPlan& disk, ExpectedContent& expected) {
    const DirectFile device(seen(disk).node);
    for (std::uint64_t chunk = 0; chunk < disk.size.value / kChunk.value; ++chunk) {
      const std::string data = noise(kChunk, static_cast<unsigned>(chunk));
      if (!device.write(Bytes{chunk * kChunk.value}, data)) return chunk;
      expected.write(Bytes{chunk * kChunk.value}, data);
    }
    ADD_FAILURE() << "the store took everything";
    return 0;
  }
  static std::string store(const DiskPlan& disk) { return disk.directory + "/rootfs.cow"; }
  void expect_nothing_attached() {
    EXPECT_TRUE(devices().empty());
    EXPECT_TRUE(attached().empty());
  }
};

TEST_F(KernelDiskFaults, AStoreWhoseHeaderWasZeroedIsRefusedAndKept) {
  const DiskPlan disk = activated('1');
  ExpectedContent expected = untouched();
  write(disk, expected, Bytes{0}, noise(kChunk, 2));
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  put_front(disk, std::string(kChunk.value, '\0'));
  const std::string before = host_.files.read(store(disk), 64_MiB).value();
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Corrupt));
  expect_nothing_attached();
  EXPECT_TRUE(host_.files.read(store(disk), 64_MiB).value() == before);
  EXPECT_FALSE(seen(disk).active);
}

// What the refusal is for: the kernel itself takes such a store for a new disk.
TEST_F(KernelDiskFaults, TheKernelTakesAZeroedHeaderForAnEmptyDisk) {
  const DiskPlan disk = activated('1', 3_MiB);
  ExpectedContent expected = untouched(3_MiB);
  write(disk, expected, Bytes{0}, noise(kChunk, 2));
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  put_front(disk, std::string(kChunk.value, '\0'));
  const auto image = host_.loops.attach(disk.base_image, LoopAccess::ReadOnly);
  const auto cow = host_.loops.attach(store(disk), LoopAccess::ReadWrite);
  ASSERT_TRUE(image && cow);
  const DmTable table = root_table((*image)->loop().device, (*cow)->loop().device, Sectors{Bytes{3_MiB}.value / 512});
  ASSERT_THAT(host_.dm.create("by-hand", "", table), Succeeds());
  EXPECT_TRUE(DirectFile(host_.dm.node_of(host_.dm.look("by-hand")->device)).read(Bytes{0}, 3_MiB).value() ==
              image_);
  EXPECT_THAT(host_.dm.remove("by-hand"), Succeeds());
}

TEST_F(KernelDiskFaults, AStoreOfAnotherKindIsRefused) {
  const DiskPlan disk = created('1');
  put_front(disk, noise(kChunk, 3));
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Corrupt));
  expect_nothing_attached();
}

TEST_F(KernelDiskFaults, AFullStoreIsSeenAndStillReadsAndTakesMoreOnceItIsLarger) {
  DiskPlan disk = plan('1');
  disk.cow_limit = 64_KiB;
  plans_.back() = disk;
  ASSERT_THAT(driver_.create(disk), Succeeds());
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  ExpectedContent expected = untouched();
  EXPECT_EQ(fill(disk, expected), 14u) << "16 chunks: header, metadata area, data";

  EXPECT_EQ(seen(disk).fault, DiskFault::Overflow) << seen(disk).detail;
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Exhausted));
  EXPECT_TRUE(content(disk) == expected.content());

  disk.cow_limit = 128_KiB;
  EXPECT_THAT(driver_.grow(disk), FailsWith(ErrorKind::Busy));
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  EXPECT_EQ(driver_.grow(disk).value(), Effect::Changed);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
  write(disk, expected, Bytes{20 * kChunk.value}, noise(kChunk, 20));
  EXPECT_TRUE(content(disk) == expected.content());
}

// A host file system without room invalidates the store: the kernel notes it in the header.
class KernelDiskOnAFullFileSystem : public KernelDiskFaults {
 protected:
  void SetUp() override {
    KernelDiskFaults::SetUp();
    small_ = path("small");
    ASSERT_THAT(host_.files.make_directory(small_), Succeeds());
    ASSERT_EQ(::mount("tmpfs", small_.c_str(), "tmpfs", 0, "size=128k"), 0) << std::strerror(errno);
  }
  void TearDown() override {
    for (const DiskPlan& disk : plans_) EXPECT_THAT(driver_.deactivate(disk), Succeeds());
    EXPECT_EQ(::umount(small_.c_str()), 0) << std::strerror(errno);
    plans_.clear();
    KernelDiskFaults::TearDown();
  }
  DiskPlan on_small() {
    DiskPlan disk = plan('1');
    disk.directory = small_;
    plans_.back() = disk;
    EXPECT_THAT(driver_.create(disk), Succeeds());
    EXPECT_THAT(driver_.activate(disk), Succeeds());
    return disk;
  }

  std::string small_{};
};

TEST_F(KernelDiskOnAFullFileSystem, AnInvalidStoreIsSeenAndNeverTakenForADisk) {
  const DiskPlan disk = on_small();
  ExpectedContent expected = untouched();
  EXPECT_GT(fill(disk, expected), 0u);
  EXPECT_EQ(seen(disk).fault, DiskFault::Invalid);
  EXPECT_EQ(seen(disk).detail, "the kernel reports Invalid");
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Corrupt));
  ASSERT_EQ(driver_.deactivate(disk).value(), Effect::Changed);
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Corrupt));
  expect_nothing_attached();
}

// --- devices in use

class KernelDiskInUse : public KernelDiskFaults {
 protected:
  static std::unique_ptr<DirectFile> hold(const std::string& node) { return std::make_unique<DirectFile>(node); }
  std::string node_of(const DiskPlan& disk, DmRole role) {
    return host_.dm.node_of(host_.dm.look(dm_name(disk.uid, role)).value().device);
  }
};

TEST_F(KernelDiskInUse, ADiskThatIsOpenStaysWholeAndGoesWhenItIsClosed) {
  const DiskPlan disk = activated('1');
  ExpectedContent expected = untouched();
  auto vm = hold(seen(disk).node);
  EXPECT_EQ(seen(disk).open_count, 1);
  for (int attempt = 0; attempt < 3; ++attempt)
    EXPECT_THAT(driver_.deactivate(disk), FailsWith(ErrorKind::Busy));
  const std::string data = noise(kChunk, 4);
  ASSERT_THAT(vm->write(Bytes{4096}, data), Succeeds());
  expected.write(Bytes{4096}, data);
  EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
  EXPECT_EQ(devices().size(), 2u);
  EXPECT_EQ(attached().size(), 2u);
  vm.reset();
  EXPECT_EQ(driver_.deactivate(disk).value(), Effect::Changed);
  expect_nothing_attached();
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_TRUE(content(disk) == expected.content());
}

TEST_F(KernelDiskInUse, WhenTheOriginIsHeldTheRootGoesFirstAndTheRestIsRetried) {
  const DiskPlan disk = activated('1');
  auto other = hold(node_of(disk, DmRole::Base));
  EXPECT_THAT(driver_.deactivate(disk), FailsWith(ErrorKind::Busy));
  const DiskState half = seen(disk);
  EXPECT_FALSE(half.active);
  EXPECT_TRUE(half.interrupted);
  other.reset();
  EXPECT_EQ(driver_.deactivate(disk).value(), Effect::Changed);
  expect_nothing_attached();
}

TEST_F(KernelDiskInUse, WhatIsLeftOfAHalfRemovedDiskIsUsedAgain) {
  const DiskPlan disk = activated('1');
  ExpectedContent expected = untouched();
  write(disk, expected, Bytes{0}, noise(kChunk, 5));
  auto other = hold(node_of(disk, DmRole::Base));
  EXPECT_THAT(driver_.deactivate(disk), FailsWith(ErrorKind::Busy));
  EXPECT_EQ(driver_.activate(disk).value(), Effect::Changed);
  EXPECT_TRUE(content(disk) == expected.content());
}

TEST_F(KernelDiskInUse, ALoopThatSomebodyHoldsOutlivesTheDiskAndServesTheNext) {
  const DiskPlan disk = activated('1');
  auto held = host_.loops.attach(disk.base_image, LoopAccess::ReadOnly);
  ASSERT_THAT(held, Succeeds());
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  EXPECT_EQ(attached().size(), 1u);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_EQ(attached().size(), 2u);
}

TEST_F(KernelDiskInUse, AStoreThatSomebodyElseHasOnALoopIsBusyAndLeft) {
  const DiskPlan disk = created('1');
  const auto other = host_.loops.attach(store(disk), LoopAccess::ReadWrite);
  ASSERT_THAT(other, Succeeds());
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Busy));
  EXPECT_TRUE(devices().empty());
  EXPECT_EQ(attached(), std::vector<LoopDevice>{(*other)->loop()});
}

TEST_F(KernelDiskInUse, AnImageThatIsAttachedWritableIsBusy) {
  const DiskPlan disk = created('1');
  const auto other = host_.loops.attach(disk.base_image, LoopAccess::ReadWrite);
  ASSERT_THAT(other, Succeeds());
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Busy));
  EXPECT_TRUE(devices().empty());
  EXPECT_EQ(attached(), std::vector<LoopDevice>{(*other)->loop()});
}

}  // namespace
}  // namespace cowherd::testing
