// SPDX-License-Identifier: Apache-2.0
// A store that is copied while its device is active, quiet and flushed is the disk of that moment: another disk on the
// same image can be made of it, and neither sees what the other writes afterwards.
#include <random>

#include "resources/block/exception_store.h"
#include "resources/files/linux_bulk_files.h"
#include "tests/kernel/kernel_bed.h"

namespace cowherd::testing {
namespace {

class KernelCapture : public KernelDisks {
 protected:
  void write_at_random(const DiskPlan& disk, ExpectedContent& expected, int count, unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t sectors = 1 + random() % (i % 4 == 0 ? 64 : 8);
      const Bytes at{random() % (disk.size.value / 512 - sectors) * 512};
      write(disk, expected, at, noise(Bytes{sectors * 512}, seed + static_cast<unsigned>(i)));
    }
  }
  // The device as it goes on, and the file that was copied meanwhile.
  Result<CopyReport> capture(const DiskPlan& from, const DiskPlan& to) {
    const std::string copy = to.directory + "/" + kCowFile;
    auto copied = bulk_.copy(from.directory + "/" + kCowFile, copy, {});
    EXPECT_THAT(host_.files.sync(copy), Succeeds());
    return copied;
  }

  LinuxBulkFiles bulk_{};
};

TEST_F(KernelCapture, ACopyOfAnActiveStoreIsTheDiskOfThatMomentAndGoesItsOwnWay) {
  const DiskPlan disk = activated('1', 8_MiB);
  ExpectedContent expected = untouched(8_MiB);
  write_at_random(disk, expected, 300, 21);
  const DiskPlan copy = plan('2', 8_MiB);
  ASSERT_THAT(capture(disk, copy), Succeeds());
  ExpectedContent expected_copy = expected;
  write_at_random(disk, expected, 100, 5000);

  ASSERT_THAT(driver_.activate(copy), Succeeds());
  EXPECT_TRUE(content(copy) == expected_copy.content());
  EXPECT_TRUE(content(disk) == expected.content());
  write_at_random(copy, expected_copy, 100, 9000);
  EXPECT_TRUE(content(disk) == expected.content());
  for (const DiskPlan& each : {disk, copy}) {
    ASSERT_THAT(driver_.deactivate(each), Succeeds());
    ASSERT_THAT(driver_.activate(each), Succeeds());
  }
  EXPECT_TRUE(content(copy) == expected_copy.content());
  EXPECT_TRUE(content(disk) == expected.content());
}

TEST_F(KernelCapture, ACopyTakesAsMuchAsWasWrittenOrNothing) {
  const DiskPlan disk = activated('1', 32_MiB);
  ExpectedContent expected = untouched(32_MiB);
  for (std::uint64_t i = 0; i < 16; ++i) write(disk, expected, Bytes{i << 20}, noise(kChunk, 3));
  const DiskPlan copy = plan('2', 32_MiB);
  const auto report = capture(disk, copy);
  ASSERT_THAT(report, Succeeds());
  EXPECT_LE(report->written, 1_MiB);
  EXPECT_LE(host_.files.stat(copy.directory + "/" + kCowFile)->allocated, 2_MiB);
  ASSERT_THAT(driver_.activate(copy), Succeeds());
  EXPECT_TRUE(content(copy) == expected.content());
}

}  // namespace
}  // namespace cowherd::testing
