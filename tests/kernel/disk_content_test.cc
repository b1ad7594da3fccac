// SPDX-License-Identifier: Apache-2.0
// What stands on a dm-snapshot disk: the image, zeroes behind it, and what its own sandbox wrote.
#include "resources/block/exception_store.h"
#include "tests/kernel/kernel_bed.h"

namespace cowherd::testing {
namespace {

using KernelDiskContent = KernelDisks;

constexpr std::uint64_t kImage = Bytes{3_MiB}.value;
// Parts of chunks: at both ends, on both sides of the image's end, twice in one chunk.
constexpr std::uint64_t kOffsets[] = {0,     512,     4096,         7 * 4096 + 512, kImage - 4096,
                                      kImage, 1 << 20, kImage - 512, kImage + 65536, (4 << 20) - 512};

TEST_F(KernelDiskContent, AnUntouchedDiskIsTheImageWithZeroesBehindIt) {
  const DiskPlan disk = activated('1');
  EXPECT_TRUE(content(disk) == untouched().content());
}

TEST_F(KernelDiskContent, ADiskOfTheImagesSizeIsTheImage) {
  const DiskPlan disk = activated('1', 3_MiB);
  EXPECT_TRUE(content(disk) == image_);
  EXPECT_EQ(devices().size(), 1u) << "no device for a tail that is not there";
}

TEST_F(KernelDiskContent, AReadThroughTheDeviceIsTheImageUnderWhatWasWritten) {
  const DiskPlan disk = activated('1');
  ExpectedContent expected = untouched();
  unsigned seed = 10;
  for (const std::uint64_t offset : kOffsets) write(disk, expected, Bytes{offset}, noise(Bytes{512}, ++seed));
  EXPECT_TRUE(content(disk) == expected.content());
  for (const std::uint64_t offset : {7 * 4096ul, kImage - 4096, kImage + 65536})
    write(disk, expected, Bytes{offset}, noise(kChunk, ++seed));
  EXPECT_TRUE(content(disk) == expected.content());
}

TEST_F(KernelDiskContent, WhatWasWrittenOutlivesTheDevice) {
  const DiskPlan disk = activated('1');
  ExpectedContent expected = untouched();
  for (const std::uint64_t offset : kOffsets) write(disk, expected, Bytes{offset}, noise(Bytes{512}, 7));
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(driver_.deactivate(disk).value(), Effect::Changed);
    EXPECT_TRUE(attached().empty());
    ASSERT_EQ(driver_.activate(disk).value(), Effect::Changed);
    EXPECT_TRUE(content(disk) == expected.content());
  }
}

// 300 chunks need a second metadata area (256 entries each).
TEST_F(KernelDiskContent, AStoreOfSeveralMetadataAreasReadsBack) {
  const DiskPlan disk = activated('1');
  ExpectedContent expected = untouched();
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Bytes offset{i * 7 % 1024 * 4096};
    const std::string data = noise(kChunk, static_cast<unsigned>(i));
    ASSERT_THAT(DirectFile(seen(disk).node).write(offset, data), Succeeds());
    expected.write(offset, data);
  }
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_TRUE(content(disk) == expected.content());
  EXPECT_EQ(seen(disk).usage->used, Sectors{(300 + 2 + 1) * 8}) << "chunks, metadata areas, header";
}

TEST_F(KernelDiskContent, TwoSandboxesOnOneImageDoNotSeeEachOther) {
  const DiskPlan one = activated('1');
  const DiskPlan two = activated('2');
  ExpectedContent first = untouched();
  ExpectedContent second = untouched();
  for (const std::uint64_t offset : kOffsets) write(one, first, Bytes{offset}, noise(Bytes{512}, 21));
  EXPECT_TRUE(content(two) == untouched().content());
  for (const std::uint64_t offset : kOffsets) write(two, second, Bytes{offset}, noise(Bytes{512}, 22));
  EXPECT_TRUE(content(one) == first.content());
  EXPECT_TRUE(content(two) == second.content());
}

TEST_F(KernelDiskContent, SandboxesOnOneImageShareItsLoop) {
  for (const char digit : {'1', '2', '3'}) activated(digit);
  std::size_t readers = 0;
  for (const LoopDevice& loop : attached()) readers += loop.access == LoopAccess::ReadOnly ? 1 : 0;
  EXPECT_EQ(readers, 1u);
  EXPECT_EQ(attached().size(), 4u);
}

TEST_F(KernelDiskContent, TheEndOfOneSandboxLeavesTheOtherAsItWas) {
  const DiskPlan one = activated('1');
  const DiskPlan two = activated('2');
  ExpectedContent expected = untouched();
  write(two, expected, Bytes{8192}, noise(kChunk, 5));
  ASSERT_THAT(driver_.deactivate(one), Succeeds());
  EXPECT_TRUE(content(two) == expected.content());
  write(two, expected, Bytes{40960}, noise(kChunk, 6));
  EXPECT_TRUE(content(two) == expected.content());
}

TEST_F(KernelDiskContent, AGrownDiskKeepsItsContentAndEndsInZeroes) {
  DiskPlan disk = activated('1', 3_MiB);
  ExpectedContent expected = untouched(3_MiB);
  write(disk, expected, Bytes{kImage - 512}, noise(Bytes{512}, 9));
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  disk.size = 8_MiB;
  ASSERT_THAT(driver_.grow(disk), Succeeds());
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  expected.grow(8_MiB);
  write(disk, expected, Bytes{(8 << 20) - 4096}, noise(kChunk, 10));
  EXPECT_TRUE(content(disk) == expected.content());
}

TEST_F(KernelDiskContent, AStoreTakesAsMuchAsWasWritten) {
  const DiskPlan disk = activated('1', 64_MiB);
  ExpectedContent expected = untouched(64_MiB);
  const Bytes before = seen(disk).store_allocated;
  for (std::uint64_t i = 0; i < 16; ++i) write(disk, expected, Bytes{i << 20}, noise(kChunk, 3));
  const Bytes taken = seen(disk).store_allocated - before;
  EXPECT_GE(taken, 64_KiB);
  EXPECT_LE(taken, 1_MiB) << "the rest is a hole";
}

}  // namespace
}  // namespace cowherd::testing
