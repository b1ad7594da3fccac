// SPDX-License-Identifier: Apache-2.0
#include "resources/block/flatten.h"

#include <gmock/gmock.h>

#include <rapidcheck/gtest.h>

#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"
#include "tests/builders/store_builder.h"
#include "tests/contract/temporary_directory.h"
#include "tests/fakes/fake_bulk_files.h"
#include "tests/fakes/fake_file_parts.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

struct FlattenBed {
  FlattenBed() { files.put_directory("/d"); }
  FlattenBed(const std::string& image, const StoreBuilder& store) : FlattenBed() {
    files.put("/d/base", image);
    files.put("/d/cow", store.bytes());
  }
  Result<FlattenReport> flatten(const BulkControl& control = {}) {
    return cowherd::flatten({files, bulk, parts}, plan, control);
  }
  ErrorKind refused() {
    const auto report = flatten();
    EXPECT_FALSE(report);
    EXPECT_FALSE(files.exists("/d/out"));
    EXPECT_FALSE(files.exists("/d/.staging-out"));
    return report ? ErrorKind::Failed : report.error().kind;
  }

  Faults faults{};
  FakeFileSystem files{faults};
  FakeBulkFiles bulk{files, faults};
  FakeFileParts parts{files, faults};
  FlattenPlan plan{"/d/base", "/d/cow", "/d/out", std::nullopt, InvalidStore::Refuse};
};

std::string image(std::size_t chunks) { return std::string(chunks * kChunk.value, 'i'); }

TEST(Flatten, WithoutExceptionsItIsTheImage) {
  FlattenBed bed(image(4), StoreBuilder());
  ASSERT_TRUE(bed.flatten());
  EXPECT_EQ(bed.files.peek("/d/out"), image(4));
}

TEST(Flatten, ChangedChunksLieOverTheImageAndZeroesBehindIt) {
  FlattenBed bed(image(3), StoreBuilder().fill(5, 'b').fill(1, 'a').fill(2, '\0'));
  bed.plan.size = Bytes{7 * 4096};
  const auto report = bed.flatten();
  ASSERT_TRUE(report) << to_string(report.error());
  std::string expected = image(3);
  expected.resize(7 * 4096, '\0');
  expected.replace(4096, 4096, 4096, 'a');
  expected.replace(8192, 4096, 4096, '\0');
  expected.replace(5 * 4096, 4096, 4096, 'b');
  EXPECT_TRUE(bed.files.peek("/d/out") == expected);
  EXPECT_EQ(report->laid, Bytes{8192});
  EXPECT_EQ(report->zeroed, kChunk);
}

TEST(Flatten, TheOutputIsDurable) {
  FlattenBed bed(image(2), StoreBuilder().fill(1, 'a'));
  ASSERT_TRUE(bed.flatten());
  bed.files.lose_power();
  EXPECT_EQ(bed.files.peek("/d/out"), image(1) + std::string(4096, 'a'));
}

TEST(Flatten, ADiskThatEndsInsideAChunkIsCutThere) {
  FlattenBed bed(std::string(4096 + 512, 'i'), StoreBuilder().fill(1, 'a'));
  ASSERT_TRUE(bed.flatten());
  EXPECT_EQ(bed.files.peek("/d/out"), image(1) + std::string(512, 'a'));
}

TEST(Flatten, ContentBehindTheSizeOrASizeBelowTheImageIsInvalid) {
  FlattenBed bed(image(2), StoreBuilder().fill(2, 'a'));
  EXPECT_EQ(bed.refused(), ErrorKind::Invalid);
  bed.plan.size = Bytes{4096};
  EXPECT_EQ(bed.refused(), ErrorKind::Corrupt) << "by the size that was given, the store lies";
  FlattenBed small(image(2), StoreBuilder());
  small.plan.size = Bytes{4096};
  EXPECT_EQ(small.refused(), ErrorKind::Invalid);
  small.plan.size = Bytes{8192 + 100};
  EXPECT_EQ(small.refused(), ErrorKind::Invalid);
}

TEST(Flatten, AStoreWithProblemsIsCorrupt) {
  FlattenBed bed(image(2), StoreBuilder().fill(0, 'a').entry(0, 0, 77));
  EXPECT_EQ(bed.refused(), ErrorKind::Corrupt);
  bed.plan.invalid = InvalidStore::Rescue;
  EXPECT_EQ(bed.refused(), ErrorKind::Corrupt);
}

TEST(Flatten, AStoreTheKernelGaveUpIsRescuedOnlyWhenAsked) {
  FlattenBed bed(image(2), StoreBuilder().fill(0, 'a').given_up());
  EXPECT_EQ(bed.refused(), ErrorKind::Corrupt);
  bed.plan.invalid = InvalidStore::Rescue;
  ASSERT_TRUE(bed.flatten());
  EXPECT_EQ(bed.files.peek("/d/out"), std::string(4096, 'a') + image(1));
}

TEST(Flatten, AnOutputThatExistsIsBusyAndUntouched) {
  for (const std::string& taken : {std::string("/d/out"), std::string("/d/.staging-out")}) {
    FlattenBed bed(image(2), StoreBuilder());
    bed.files.put(taken, "mine");
    EXPECT_EQ(bed.flatten().error().kind, ErrorKind::Busy);
    EXPECT_EQ(bed.files.peek(taken), "mine");
  }
}

TEST(Flatten, AnOutputToBeReplacedStandsUntilTheWholeIsMade) {
  FlattenBed bed(image(2), StoreBuilder().fill(1, 'a'));
  bed.files.put("/d/out", "old");
  bed.plan.publish = RenameMode::Replace;
  bed.files.put("/d/cow", StoreBuilder().fill(9, 'a').bytes());
  ASSERT_FALSE(bed.flatten());
  EXPECT_EQ(bed.files.peek("/d/out"), "old");
  bed.files.put("/d/cow", StoreBuilder().fill(1, 'a').bytes());
  ASSERT_TRUE(bed.flatten());
  bed.files.lose_power();
  EXPECT_EQ(bed.files.peek("/d/out"), image(1) + std::string(4096, 'a'));
}

TEST(Flatten, AnOutputThatAppearsMeanwhileIsBusyAndUntouched) {
  FlattenBed bed(image(2), StoreBuilder().fill(0, 'a'));
  bed.parts.meanwhile([&] { bed.files.put("/d/out", "mine"); });
  EXPECT_EQ(bed.flatten().error().kind, ErrorKind::Busy);
  EXPECT_EQ(bed.files.peek("/d/out"), "mine");
  EXPECT_FALSE(bed.files.exists("/d/.staging-out"));
}

TEST(Flatten, AStoreInUseIsBusy) {
  FlattenBed bed(image(2), StoreBuilder());
  bed.parts.set_writers("/d/cow", Writers::Some);
  EXPECT_EQ(bed.refused(), ErrorKind::Busy);
}

TEST(Flatten, WhatChangesMeanwhileIsStale) {
  for (const std::string& what : {std::string("/d/base"), std::string("/d/cow")}) {
    FlattenBed bed(image(2), StoreBuilder().fill(0, 'a'));
    bed.parts.meanwhile([&] { bed.files.put(what, *bed.files.peek(what)); });
    EXPECT_EQ(bed.refused(), ErrorKind::Stale) << what;
  }
}

TEST(Flatten, CancellingLeavesNothing) {
  FlattenBed bed(image(2), StoreBuilder().fill(0, 'a'));
  std::stop_source stop;
  const auto report = bed.flatten({stop.get_token(), [&](Bytes, Bytes) { stop.request_stop(); }});
  ASSERT_FALSE(report);
  EXPECT_THAT(to_string(report.error()), HasSubstr("cancelled"));
  EXPECT_EQ(bed.files.list("/d")->size(), 2u);
}

TEST(Flatten, ProgressRisesToTheTotal) {
  FlattenBed bed(image(2), StoreBuilder().fill(0, 'a'));
  std::vector<std::uint64_t> told;
  ASSERT_TRUE(bed.flatten({{}, [&](Bytes done, Bytes total) {
                             EXPECT_EQ(total, Bytes{3 * 4096});
                             told.push_back(done.value);
                           }}));
  EXPECT_THAT(told, ::testing::ElementsAre(2 * 4096, 3 * 4096));
}

TEST(Flatten, AFullDiskLeavesNothing) {
  FlattenBed bed(image(2), StoreBuilder().fill(7, 'a'));
  bed.plan.size = Bytes{8 * 4096};
  bed.files.set_capacity(bed.files.used() + Bytes{3 * 4096});
  EXPECT_EQ(bed.refused(), ErrorKind::Exhausted);
}

TEST(Flatten, FailingOrDyingAnywhereLeavesTheWholeOrNone) {
  const StoreBuilder store = StoreBuilder().fill(0, 'a').fill(3, '\0');
  FlattenBed clean(image(4), store);
  ASSERT_TRUE(clean.flatten());
  const int calls = clean.faults.calls();
  for (const FaultMode mode : {FaultMode::Fail, FaultMode::DieBefore, FaultMode::DieAfter}) {
    for (int n = 1; n <= calls; ++n) {
      FlattenBed bed(image(4), store);
      bed.faults.arm(mode, n);
      try {
        EXPECT_FALSE(bed.flatten());
        EXPECT_FALSE(bed.files.exists("/d/.staging-out")) << "call " << n;
      } catch (const SimulatedDeath&) {
      }
      bed.files.lose_power();
      const auto left = bed.files.peek("/d/out");
      EXPECT_TRUE(!left || left == clean.files.peek("/d/out")) << "call " << n;
      EXPECT_EQ(bed.files.peek("/d/base"), image(4));
      EXPECT_EQ(bed.files.peek("/d/cow"), store.bytes());
    }
  }
}

// Any writes, on the fake and on the real file system, against a flat array.
RC_GTEST_PROP(FlattenProperty, EqualsAFlatArray, ()) {
  const auto base_chunks = *rc::gen::inRange<std::size_t>(0, 40);
  const auto disk_chunks = *rc::gen::inRange<std::size_t>(base_chunks, base_chunks + 600) + 1;
  std::string flat(base_chunks * kChunk.value, '\0');
  for (std::size_t i = 0; i < base_chunks; ++i) flat.replace(i * 4096, 4096, 4096, *rc::gen::element('\0', 'i', 'j'));
  FlattenBed bed(flat, {});
  StoreBuilder store;
  flat.resize(disk_chunks * kChunk.value, '\0');
  const auto writes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, disk_chunks));
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const char letter = i % 3 == 0 ? '\0' : static_cast<char>('a' + i % 23);
    const std::size_t run = i % 5 == 0 ? std::min<std::size_t>(300, disk_chunks - writes[i]) : 1;
    for (std::size_t at = writes[i]; at < writes[i] + run; ++at) {
      store.fill(at, letter);
      flat.replace(at * 4096, 4096, 4096, letter);
    }
  }
  bed.files.put("/d/cow", store.bytes());
  bed.plan.size = Bytes{flat.size()};
  const auto report = bed.flatten();
  RC_ASSERT(report.has_value());
  RC_ASSERT(*bed.files.peek("/d/out") == flat);

  TemporaryDirectory directory;
  LinuxFileSystem files;
  LinuxBulkFiles bulk;
  LinuxFileParts parts;
  RC_ASSERT(files.write(directory / "base", *bed.files.peek("/d/base")).has_value());
  RC_ASSERT(files.write(directory / "cow", store.bytes()).has_value());
  const FlattenPlan plan{directory / "base", directory / "cow", directory / "out", bed.plan.size, InvalidStore::Refuse};
  RC_ASSERT(flatten({files, bulk, parts}, plan, {}).has_value());
  RC_ASSERT(*files.read(directory / "out", 64_MiB) == flat);
}

}  // namespace
}  // namespace cowherd::testing
