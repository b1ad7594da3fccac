// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/guest_memory.h"

#include <gtest/gtest.h>

namespace cowherd {
namespace {

constexpr Bytes kMemory{0x4000};

Result<std::uint64_t> find(const std::string& maps) { return find_image_mapping(maps, 77, kMemory); }

TEST(ImageMapping, IsFoundByInodeWhateverItIsCalledNow) {
  EXPECT_EQ(find("10000-14000 rw-p 00000000 00:1c 76   /state/memory\n"
                 "20000-24000 rw-p 00000000 00:1c 77   /state/old name (deleted)\n")
                .value(),
            0x20000U);
}

TEST(ImageMapping, MayConsistOfAdjacentParts) {
  EXPECT_EQ(find("20000-21000 rw-p 00000000 00:1c 77 /m\n"
                 "21000-23000 rw-p 00001000 00:1c 77 /m\n"
                 "23000-24000 rw-p 00003000 00:1c 77 /m\n")
                .value(),
            0x20000U);
}

TEST(ImageMapping, AGapOrAWrongOffsetIsNone) {
  EXPECT_FALSE(find("20000-21000 rw-p 00000000 00:1c 77 /m\n22000-25000 rw-p 00001000 00:1c 77 /m\n"));
  EXPECT_FALSE(find("20000-21000 rw-p 00000000 00:1c 77 /m\n21000-24000 rw-p 00002000 00:1c 77 /m\n"));
  EXPECT_FALSE(find("20000-24000 rw-p 00001000 00:1c 77 /m\n"));
  EXPECT_FALSE(find("20000-23000 rw-p 00000000 00:1c 77 /m\n"));
}

TEST(ImageMapping, SharedOrReadOnlyIsNone) {
  EXPECT_FALSE(find("20000-24000 rw-s 00000000 00:1c 77 /m\n"));
  EXPECT_FALSE(find("20000-24000 r--p 00000000 00:1c 77 /m\n"));
  EXPECT_FALSE(find("20000-21000 rw-p 00000000 00:1c 77 /m\n21000-24000 rw-s 00001000 00:1c 77 /m\n"));
}

TEST(ImageMapping, ASecondOneBeginsAnew) {
  EXPECT_EQ(find("20000-21000 rw-p 00000000 00:1c 77 /m\n"
                 "21000-25000 rw-p 00000000 00:1c 77 /m\n")
                .value(),
            0x21000U);
}

TEST(ImageMapping, LinesOfAnyOtherFormAreNone) {
  EXPECT_FALSE(find(""));
  EXPECT_FALSE(find("words\n\n20000-24000\n20000-24000 rw-p\n"));
}

}  // namespace
}  // namespace cowherd
