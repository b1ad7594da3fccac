// SPDX-License-Identifier: Apache-2.0
// Stores that grow under their user, and stores that were full or that the kernel gave up: once repaired, every write
// that was acknowledged is there, byte for byte.
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>

#include "resources/block/exception_store.h"
#include "tests/kernel/kernel_bed.h"

namespace cowherd::testing {
namespace {

constexpr std::uint64_t kChunks = Bytes{4_MiB}.value / kChunk.value;
constexpr int kWriters = 4;

class KernelStoreRepair : public KernelDisks {
 protected:
  DiskPlan limited(Bytes limit) {
    DiskPlan disk = plan('1');
    disk.cow_limit = limit;
    plans_.back() = disk;
    EXPECT_THAT(driver_.create(disk), Succeeds());
    EXPECT_THAT(driver_.activate(disk), Succeeds());
    return disk;
  }
  // Writes chunks all over the disk, several at a time, each flushed, until the device refuses one: how many it
  // acknowledged. Those that were not may hold either content, so nothing is expected of them.
  std::uint64_t fill(const DiskPlan& disk) {
    std::mutex counting;
    std::uint64_t acknowledged = 0;
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        const DirectFile device(node_);
        for (std::uint64_t i = static_cast<std::uint64_t>(writer); i < kChunks; i += kWriters) {
          const std::uint64_t chunk = i * 389 % kChunks;
          const std::string data = noise(kChunk, static_cast<unsigned>(chunk) + 7);
          const bool took = static_cast<bool>(device.write(Bytes{chunk * kChunk.value}, data));
          const std::lock_guard lock(counting);
          known_[chunk] = took;
          if (!took) return;
          expected_.write(Bytes{chunk * kChunk.value}, data);
          ++acknowledged;
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_LT(acknowledged, kChunks) << disk.directory;
    return acknowledged;
  }
  void expect_all_acknowledged(const DiskPlan& disk) {
    const std::string now = content(disk);
    for (std::uint64_t chunk = 0; chunk < kChunks; ++chunk) {
      const auto tried = known_.find(chunk);
      if (tried != known_.end() && !tried->second) continue;
      const std::size_t at = chunk * kChunk.value;
      EXPECT_EQ(now.compare(at, kChunk.value, expected_.content(), at, kChunk.value), 0) << "chunk " << chunk;
    }
  }
  // All of the disk is written once more, and is there after another life of the device.
  void expect_works_on(const DiskPlan& disk) {
    EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
    const std::string all = noise(4_MiB, 99);
    EXPECT_THAT(DirectFile(seen(disk).node).write(Bytes{0}, all), Succeeds());
    EXPECT_THAT(driver_.deactivate(disk), Succeeds());
    EXPECT_THAT(driver_.activate(disk), Succeeds());
    EXPECT_TRUE(content(disk) == all);
  }

  std::string node_{};
  ExpectedContent expected_ = untouched();
  std::map<std::uint64_t, bool> known_{};  // chunk that was written to -> whether that was acknowledged
};

TEST_F(KernelStoreRepair, ARaisedLimitIsUsedByWhoHasTheDiskOpen) {
  DiskPlan disk = limited(64_KiB);
  const DirectFile vm(seen(disk).node);
  const std::string data = noise(4_MiB, 3);
  ASSERT_THAT(vm.write(Bytes{0}, data.substr(0, 12 * kChunk.value)), Succeeds());
  disk.cow_limit = std::nullopt;
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Changed);
  ASSERT_THAT(vm.write(Bytes{0}, data), Succeeds());
  EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
  EXPECT_EQ(driver_.grow_store(disk).value(), Effect::Unchanged);
  EXPECT_TRUE(content(disk) == data);
}

TEST_F(KernelStoreRepair, AStoreThatOverflowedHoldsAllThatWasAcknowledgedAndTakesTheRest) {
  DiskPlan disk = limited(2_MiB);
  node_ = seen(disk).node;
  EXPECT_GT(fill(disk), 400u);
  EXPECT_EQ(seen(disk).fault, DiskFault::Overflow);
  disk.cow_limit = std::nullopt;
  EXPECT_THAT(driver_.grow_store(disk), FailsWith(ErrorKind::Exhausted));
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  EXPECT_EQ(driver_.repair_store(disk).value(), Effect::Changed);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  expect_all_acknowledged(disk);
  expect_works_on(disk);
}

// Why a limit never ends in front of a metadata area: the kernel would give the store up instead of calling it full.
TEST_F(KernelStoreRepair, AStoreThatEndsInFrontOfAnAreaIsGivenUpAndRepairedLikeAnother) {
  DiskPlan disk = limited(Bytes{258 * kChunk.value});
  EXPECT_EQ(seen(disk).store_size, Bytes{257 * kChunk.value});
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  ASSERT_THAT(host_.files.resize(disk.directory + "/" + kCowFile, Bytes{258 * kChunk.value}), Succeeds());
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  node_ = seen(disk).node;
  fill(disk);
  EXPECT_EQ(seen(disk).fault, DiskFault::Invalid) << seen(disk).detail;
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  disk.cow_limit = std::nullopt;
  EXPECT_EQ(driver_.repair_store(disk).value(), Effect::Changed);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  expect_all_acknowledged(disk);
  expect_works_on(disk);
}

TEST_F(KernelStoreRepair, ALimitAtAnAreaOverflows) {
  const DiskPlan disk = limited(Bytes{258 * kChunk.value});
  node_ = seen(disk).node;
  EXPECT_EQ(fill(disk), 255u);
  EXPECT_EQ(seen(disk).fault, DiskFault::Overflow);
}

// A host file system of a few MiB, most of it taken by somebody else.
class KernelStoreOnAFullHost : public KernelStoreRepair {
 protected:
  void SetUp() override {
    KernelStoreRepair::SetUp();
    small_ = path("small");
    ASSERT_THAT(host_.files.make_directory(small_), Succeeds());
  }
  void TearDown() override {
    for (const DiskPlan& disk : plans_) EXPECT_THAT(driver_.deactivate(disk), Succeeds());
    EXPECT_EQ(::umount(small_.c_str()), 0) << std::strerror(errno);
    image_loop_.reset();
    plans_.clear();
    KernelStoreRepair::TearDown();
  }
  void mount_tmpfs() { ASSERT_EQ(::mount("tmpfs", small_.c_str(), "tmpfs", 0, "size=8m"), 0) << std::strerror(errno); }
  void mount_ext4() {
    const std::string image = path("small.image");
    ASSERT_THAT(host_.files.resize(image, 12_MiB), Succeeds());
    const pid_t child = ::fork();
    if (child == 0) {
      ::execlp("mkfs.ext4", "mkfs.ext4", "-q", "-m", "0", image.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0) << "mkfs.ext4";
    auto loop = host_.loops.attach(image, LoopAccess::ReadWrite);
    ASSERT_THAT(loop, Succeeds());
    image_loop_ = *std::move(loop);
    const std::string node = "/dev/loop" + std::to_string(image_loop_->loop().device.minor);
    ASSERT_EQ(::mount(node.c_str(), small_.c_str(), "ext4", 0, ""), 0) << std::strerror(errno);
  }
  DiskPlan on_small() {
    DiskPlan disk = plan('1');
    disk.directory = small_;
    plans_.back() = disk;
    EXPECT_THAT(driver_.create(disk), Succeeds());
    EXPECT_THAT(driver_.activate(disk), Succeeds());
    return disk;
  }
  // Writes until nothing more fits but so much.
  void take_all_but(Bytes left) {
    std::string taken;
    while (host_.files.write(small_ + "/ballast", taken + noise(64_KiB, 1))) taken += noise(64_KiB, 1);
    ASSERT_GT(taken.size(), left.value);
    taken.resize(taken.size() - left.value);
    ASSERT_THAT(host_.files.write(small_ + "/ballast", taken), Succeeds());
    ASSERT_THAT(host_.files.sync(small_ + "/ballast"), Succeeds());
  }
  void is_given_up_and_repaired() {
    const DiskPlan disk = on_small();
    take_all_but(1_MiB);
    node_ = seen(disk).node;
    EXPECT_GT(fill(disk), 100u);
    EXPECT_EQ(seen(disk).fault, DiskFault::Invalid) << seen(disk).detail;
    EXPECT_THAT(driver_.grow_store(disk), FailsWith(ErrorKind::Corrupt));
    EXPECT_THAT(driver_.repair_store(disk), FailsWith(ErrorKind::Busy));
    ASSERT_THAT(driver_.deactivate(disk), Succeeds());
    EXPECT_EQ(seen(disk).fault, DiskFault::Invalid);
    EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Corrupt));

    ASSERT_THAT(host_.files.remove(small_ + "/ballast"), Succeeds());
    EXPECT_EQ(driver_.repair_store(disk).value(), Effect::Changed);
    EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
    ASSERT_THAT(driver_.activate(disk), Succeeds());
    expect_all_acknowledged(disk);
    expect_works_on(disk);
  }

  std::string small_{};
  std::unique_ptr<LoopHandle> image_loop_{};
};

TEST_F(KernelStoreOnAFullHost, WhatTheKernelGaveUpOnTmpfsIsWholeOnceRepaired) {
  ASSERT_NO_FATAL_FAILURE(mount_tmpfs());
  is_given_up_and_repaired();
}

TEST_F(KernelStoreOnAFullHost, WhatTheKernelGaveUpOnExt4IsWholeOnceRepaired) {
  ASSERT_NO_FATAL_FAILURE(mount_ext4());
  is_given_up_and_repaired();
}

}  // namespace
}  // namespace cowherd::testing
