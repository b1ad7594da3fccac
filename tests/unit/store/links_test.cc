// SPDX-License-Identifier: Apache-2.0
// Backing chains as the files tell them: any depth, no cycle, nothing missing.
#include "resources/store/links.h"

#include "tests/unit/store/snapshot_bed.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

class FollowChain : public ::testing::Test, protected StoreBed {
 protected:
  FollowChain() { files.put("/d/base.raw", std::string(8192, 'b')); }

  // An overlay that records its base in that format; qcow2 version 3 as QEMU's docs/interop/qcow2.txt lays it out.
  void put_overlay(const std::string& path, const std::string& backing, const std::string& format) {
    std::string bytes("QFI\xfb", 4);
    const auto be32 = [&](std::uint32_t value) {
      for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    };
    const auto be64 = [&](std::uint64_t value) {
      be32(static_cast<std::uint32_t>(value >> 32));
      be32(static_cast<std::uint32_t>(value));
    };
    const std::uint32_t padded_format = static_cast<std::uint32_t>((format.size() + 7) / 8 * 8);
    const std::uint32_t name_at = 104 + (format.empty() ? 0 : 8 + padded_format) + 8;
    be32(3);
    be64(backing.empty() ? 0 : name_at);
    be32(static_cast<std::uint32_t>(backing.size()));
    be32(16);       // 64 KiB clusters
    be64(1 << 20);  // what a guest sees
    be32(0);
    be32(1);
    be64(0x30000);
    be64(0x10000);
    be32(1);
    be32(0);
    be64(0);
    be64(0);
    be64(0);
    be64(0);
    be32(4);
    be32(104);
    if (!format.empty()) {
      be32(0xe2792aca);
      be32(static_cast<std::uint32_t>(format.size()));
      bytes += format + std::string(padded_format - format.size(), '\0');
    }
    be64(0);
    bytes += backing;
    bytes.resize(1 << 16, '\0');
    files.put(path, bytes);
  }
  std::optional<DiskChain> follow(const std::string& path) { return follow_chain(files, tools_, path); }
  static std::vector<std::string> paths(const DiskChain& chain) {
    std::vector<std::string> found;
    for (const LinkedFile& link : chain.links) found.push_back(link.path);
    return found;
  }

  FakeImageTools tools_{files, faults};
};

TEST_F(FollowChain, GoesAsDeepAsTheFilesDo) {
  put_overlay("/d/0", "base.raw", "raw");
  for (int i = 1; i <= 300; ++i) put_overlay("/d/" + std::to_string(i), std::to_string(i - 1), "qcow2");
  const auto chain = follow("/d/300");
  ASSERT_TRUE(chain);
  EXPECT_FALSE(chain->broken) << to_string(*chain->broken);
  EXPECT_EQ(chain->links.size(), 301u);
  EXPECT_EQ(chain->links.back().path, "/d/base.raw");
  EXPECT_EQ(chain->links.back().id, files.stat("/d/base.raw")->id);
}

TEST_F(FollowChain, EndsAtAnImageThatStandsOnNothing) {
  put_overlay("/d/whole", "", "");
  put_overlay("/d/top", "whole", "qcow2");
  EXPECT_FALSE(follow("/d/top")->broken);
  EXPECT_EQ(paths(*follow("/d/top")), std::vector<std::string>{"/d/whole"});
}

TEST_F(FollowChain, WhatIsRecordedAsRawIsNotRead) {
  put_overlay("/d/inner", "nowhere", "raw");  // what a guest may write into its own image
  put_overlay("/d/top", "inner", "raw");
  EXPECT_FALSE(follow("/d/top")->broken);
  EXPECT_EQ(paths(*follow("/d/top")), std::vector<std::string>{"/d/inner"});
}

TEST_F(FollowChain, ACycleIsFound) {
  put_overlay("/d/a", "b", "qcow2");
  put_overlay("/d/b", "a", "qcow2");
  const auto chain = follow("/d/a");
  ASSERT_TRUE(chain && chain->broken);
  EXPECT_THAT(chain->broken->message, HasSubstr("stands on itself"));
}

TEST_F(FollowChain, AMissingFileIsFoundAndWhatWasMetStays) {
  put_overlay("/d/middle", "gone", "raw");
  put_overlay("/d/top", "middle", "qcow2");
  const auto chain = follow("/d/top");
  ASSERT_TRUE(chain && chain->broken);
  EXPECT_EQ(chain->broken->kind, ErrorKind::Corrupt);
  EXPECT_THAT(chain->broken->message, HasSubstr("'/d/gone', on which '/d/middle' stands: it is missing"));
  EXPECT_EQ(paths(*chain), std::vector<std::string>{"/d/middle"});
}

TEST_F(FollowChain, AnUnreadableFileIsNoEndOfTheChain) {
  put_overlay("/d/top", "base.raw", "raw");
  files.deny("/d/base.raw");
  const auto chain = follow("/d/top");
  ASSERT_TRUE(chain && chain->broken);
  EXPECT_EQ(chain->broken->kind, ErrorKind::Denied);
}

TEST_F(FollowChain, WithoutADiskThereIsNone) { EXPECT_FALSE(follow("/d/nothing")); }

class MemoryLinksTest : public ::testing::Test, protected SnapshotBed {};

TEST_F(MemoryLinksTest, AHeaderThatNamesAMissingFileIsBroken) {
  published();
  const auto whole = read_memory_links(files, directory);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->build, kMemoryBuild);
  ASSERT_EQ(whole->files.size(), 1u);
  ASSERT_TRUE(files.remove(whole->files.begin()->second.path));
  const auto cut = read_memory_links(files, directory);
  ASSERT_TRUE(cut && cut->broken);
  EXPECT_THAT(cut->broken->message, HasSubstr("it is missing, and the header names it"));
}

TEST_F(MemoryLinksTest, WithoutAHeaderThereIsNone) { EXPECT_FALSE(read_memory_links(files, "/state")); }

}  // namespace
}  // namespace cowherd::testing
