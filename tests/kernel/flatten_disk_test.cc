// SPDX-License-Identifier: Apache-2.0
// A flattened store is what a read through the device gives, byte for byte, whatever the kernel put into the store.
#include <random>

#include "resources/block/flatten.h"
#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_parts.h"
#include "tests/kernel/kernel_bed.h"

namespace cowherd::testing {
namespace {

class KernelFlatten : public KernelDisks {
 protected:
  FlattenPlan flatten_plan(const DiskPlan& disk) {
    return {disk.base_image, disk.directory + "/rootfs.cow", path("flat"), disk.size, InvalidStore::Refuse};
  }
  Result<FlattenReport> flatten(const FlattenPlan& plan) {
    return cowherd::flatten({host_.files, bulk_, parts_}, plan, {});
  }
  // Writes of one sector up to some chunks, everywhere on the disk; every fourth is zeroes.
  void write_at_random(const DiskPlan& disk, int count, unsigned seed) {
    const DirectFile device(seen(disk).node);
    std::mt19937 random(seed);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t sectors = 1 + random() % (i % 3 == 0 ? 40 : 8);
      const std::uint64_t at = random() % (disk.size.value / 512 - sectors);
      const Bytes length{sectors * 512};
      const std::string data = i % 4 == 0 ? std::string(length.value, '\0') : noise(length, seed + static_cast<unsigned>(i));
      ASSERT_THAT(device.write(Bytes{at * 512}, data), Succeeds());
    }
  }

  LinuxBulkFiles bulk_{};
  LinuxFileParts parts_{};
};

TEST_F(KernelFlatten, RandomWritesBehindAndOverTheImageEqualTheDevice) {
  const DiskPlan disk = activated('1', 8_MiB);
  write_at_random(disk, 400, 11);
  const std::string through_device = content(disk);
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  const auto report = flatten(flatten_plan(disk));
  ASSERT_THAT(report, Succeeds());
  EXPECT_TRUE(*host_.files.read(path("flat"), 64_MiB) == through_device);
  EXPECT_EQ(host_.files.stat(path("flat"))->size, 8_MiB);
}

TEST_F(KernelFlatten, TheResultIsSparse) {
  const DiskPlan disk = activated('1', 16_MiB);
  ExpectedContent expected = untouched(16_MiB);
  write(disk, expected, 1_MiB, std::string(1 << 20, '\0'));  // over data of the image
  write(disk, expected, 12_MiB, std::string(1 << 20, '\0'));
  write(disk, expected, 14_MiB, noise(kChunk, 4));
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  const auto report = flatten(flatten_plan(disk));
  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(report->laid, kChunk);
  EXPECT_EQ(report->zeroed, 2_MiB);
  EXPECT_TRUE(*host_.files.read(path("flat"), 16_MiB) == expected.content());
  const FileStamp flat = *host_.files.stat(path("flat"));
  EXPECT_EQ(flat.size, 16_MiB);
  EXPECT_LE(flat.allocated, 2_MiB + 256_KiB) << "3 MiB of image without the 1 MiB that was zeroed, one chunk, some slack";
}

TEST_F(KernelFlatten, AStoreInUseIsBusy) {
  const DiskPlan disk = activated('1');
  EXPECT_EQ(flatten(flatten_plan(disk)).error().kind, ErrorKind::Busy);
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  EXPECT_THAT(flatten(flatten_plan(disk)), Succeeds());
}

TEST_F(KernelFlatten, AStoreTheKernelFilledUpHoldsAllButTheWriteThatDidNotFit) {
  DiskPlan disk = plan('1', 8_MiB);
  disk.cow_limit = 2_MiB;
  ASSERT_THAT(driver_.create(disk), Succeeds());
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  ExpectedContent expected = untouched(8_MiB);
  {
    const DirectFile device(seen(disk).node);
    std::uint64_t chunk = 0;
    for (; chunk < 2048; ++chunk) {
      const std::string data = noise(kChunk, static_cast<unsigned>(chunk));
      if (!device.write(Bytes{chunk * 4096}, data)) break;
      expected.write(Bytes{chunk * 4096}, data);
    }
    ASSERT_GT(chunk, 400u);
    ASSERT_LT(chunk, 512u);
  }
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  ASSERT_THAT(flatten(flatten_plan(disk)), Succeeds());
  EXPECT_TRUE(*host_.files.read(path("flat"), 64_MiB) == expected.content());
}

}  // namespace
}  // namespace cowherd::testing
