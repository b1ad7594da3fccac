// SPDX-License-Identifier: Apache-2.0
#include "resources/block/exception_list.h"

#include <gmock/gmock.h>

#include "resources/block/compare_stores.h"
#include "tests/builders/store_builder.h"
#include "tests/fakes/fake_file_parts.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExceptionLists : public ::testing::Test {
 protected:
  Result<ExceptionList> list(const std::string& bytes, std::optional<Bytes> disk = std::nullopt) {
    files_.put("/cow", bytes);
    auto file = parts_.open("/cow");
    return list_exceptions(**file, disk);
  }
  std::vector<std::string> problems(const StoreBuilder& store, std::optional<Bytes> disk = std::nullopt) {
    const auto listed = list(store.bytes(), disk);
    return listed ? listed->problems : std::vector<std::string>{to_string(listed.error())};
  }

  Faults faults_{};
  FakeFileSystem files_{faults_};
  FakeFileParts parts_{files_, faults_};
};

std::vector<ChangedRange> ranges(const ExceptionList& list) {
  std::vector<ChangedRange> all;
  for_each_range(list, [&](const ChangedRange& range) { all.push_back(range); });
  return all;
}

TEST_F(ExceptionLists, AnEmptyStoreHasOneAreaAndNothingWrong) {
  const auto listed = list(empty_store_front());
  ASSERT_TRUE(listed);
  EXPECT_TRUE(listed->valid);
  EXPECT_EQ(listed->areas, 1u);
  EXPECT_THAT(listed->exceptions, IsEmpty());
  EXPECT_THAT(listed->problems, IsEmpty());
}

TEST_F(ExceptionLists, ExceptionsComeByDiskChunkAndNeighboursMakeARange) {
  const auto listed = list(StoreBuilder().fill(9, 'a').fill(3, 'b').fill(8, 'c').bytes());
  ASSERT_TRUE(listed);
  EXPECT_THAT(listed->exceptions, ElementsAre(ChunkException{3, 3}, ChunkException{8, 4}, ChunkException{9, 2}));
  EXPECT_THAT(ranges(*listed), ElementsAre(ChangedRange{Bytes{3 * 4096}, kChunk}, ChangedRange{Bytes{8 * 4096}, Bytes{8192}}));
}

TEST_F(ExceptionLists, AreasThatAreExactlyFullEndInTheNextOne) {
  for (const std::uint64_t count : {255, 256, 257, 511, 512, 513}) {
    const std::string store = StoreBuilder().fill_many(count, 'x').bytes();
    EXPECT_LE(store.size(), (count + count / kEntries + 2) * kChunk.value) << count;
    const auto listed = list(store);
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->exceptions.size(), count);
    EXPECT_EQ(listed->areas, count / kEntries + 1);
    EXPECT_THAT(listed->problems, IsEmpty()) << count;
  }
}

TEST_F(ExceptionLists, AFullAreaWithoutTheNextOneHasNoEndMarker) {
  std::string store = StoreBuilder().fill_many(256, 'x').bytes();
  store.resize(store.size() - 1);
  EXPECT_THAT(list(store)->problems, ElementsAre(HasSubstr("end marker is missing")));
}

TEST_F(ExceptionLists, ATruncatedStoreIsToldChunkByChunkUpToALimit) {
  const std::string store = StoreBuilder().fill_many(100, 'x').bytes();
  EXPECT_THAT(list(store.substr(0, store.size() - 1))->problems, ElementsAre("chunk 101 is outside the file"));
  const auto short_of_all = list(store.substr(0, 2 * 4096));
  EXPECT_EQ(short_of_all->problem_count, 100u);
  EXPECT_EQ(short_of_all->problems.size(), kMostProblemsTold);
  EXPECT_THAT(list(store.substr(0, 4096))->problems, ElementsAre(HasSubstr("end marker is missing")));
  EXPECT_EQ(list(store.substr(0, 15)).error().kind, ErrorKind::Corrupt);
  EXPECT_EQ(list("").error().kind, ErrorKind::Corrupt);
}

TEST_F(ExceptionLists, AZeroedHeaderIsCorrupt) {
  const auto listed = list(std::string(8192, '\0'));
  EXPECT_EQ(listed.error().kind, ErrorKind::Corrupt);
  EXPECT_THAT(to_string(listed.error()), HasSubstr("zeroed"));
}

TEST_F(ExceptionLists, AHeaderOfAnotherKindIsCorrupt) {
  for (const std::size_t at : {0u, 8u, 12u}) {
    std::string store = empty_store_front();
    store[at] = static_cast<char>(store[at] ^ 0x10);
    EXPECT_EQ(list(store).error().kind, ErrorKind::Corrupt) << at;
  }
}

TEST_F(ExceptionLists, AStoreTheKernelGaveUpIsListedAndSaysSo) {
  const auto listed = list(StoreBuilder().fill(1, 'x').given_up().bytes());
  ASSERT_TRUE(listed);
  EXPECT_FALSE(listed->valid);
  EXPECT_EQ(listed->exceptions.size(), 1u);
  EXPECT_THAT(listed->problems, IsEmpty());
}

TEST_F(ExceptionLists, NewChunksAreDataInsideTheFileAndUsedOnce) {
  const StoreBuilder store = StoreBuilder().fill(1, 'x').fill(2, 'y');
  EXPECT_THAT(problems(StoreBuilder(store).entry(1, 2, 2)), ElementsAre("chunk 2 is used twice"));
  EXPECT_THAT(problems(StoreBuilder(store).entry(1, 2, 1)), ElementsAre("chunk 1 is a metadata area, not data"));
  EXPECT_THAT(problems(StoreBuilder(store).entry(1, 2, 4)), ElementsAre("chunk 4 is outside the file"));
  EXPECT_THAT(problems(StoreBuilder(store).entry(1, 2, ~0ull)), ElementsAre(HasSubstr("is outside the file")));
  EXPECT_THAT(problems(StoreBuilder().fill_many(300, 'x').entry(7, 7, 258)),
              ElementsAre("chunk 258 is a metadata area, not data"));
}

TEST_F(ExceptionLists, OldChunksAreOnTheDiskAndChangedOnce) {
  const StoreBuilder store = StoreBuilder().fill(1, 'x').fill(2, 'y');
  EXPECT_THAT(problems(store, Bytes{3 * 4096}), IsEmpty());
  EXPECT_THAT(problems(store, Bytes{2 * 4096 + 512}), IsEmpty()) << "a part of a chunk is on the disk";
  EXPECT_THAT(problems(store, Bytes{2 * 4096}), ElementsAre("disk chunk 2 is outside the disk"));
  EXPECT_THAT(problems(StoreBuilder(store).entry(1, 1, 3)), ElementsAre("disk chunk 1 is changed twice"));
  EXPECT_THAT(problems(StoreBuilder(store).entry(1, 1ull << 56, 3)), ElementsAre(HasSubstr("outside the disk")));
}

TEST_F(ExceptionLists, WhatStandsBehindTheEndMarkerIsALoss) {
  EXPECT_THAT(problems(StoreBuilder().fill_many(3, 'x').entry(1, 0, 0)), ElementsAre(HasSubstr("behind the end marker")));
  EXPECT_THAT(problems(StoreBuilder().fill_many(300, 'x').entry(255, 0, 0)),
              ElementsAre(HasSubstr("the metadata area at chunk 258 holds something behind the end marker")));
}

TEST_F(ExceptionLists, NoFlippedBitGoesUnseenInTheStoreOfAFullDisk) {
  // A full disk: every chunk is changed, so that any other number is a chunk twice or outside.
  const std::string store = StoreBuilder().fill_many(64, 'x').bytes();
  for (std::size_t bit = 0; bit < 64 * 16 * 8; ++bit) {
    std::string flipped = store;
    flipped[4096 + bit / 8] = static_cast<char>(flipped[4096 + bit / 8] ^ 1 << bit % 8);
    const auto listed = list(flipped, 256_KiB);
    ASSERT_TRUE(listed);
    ASSERT_GT(listed->problem_count, 0u) << "bit " << bit;
  }
}

class ComparedStores : public ExceptionLists {
 protected:
  Result<StoreComparison> compare(const StoreBuilder& one, const StoreBuilder& other) {
    files_.put("/one", one.bytes());
    files_.put("/other", other.bytes());
    const auto first = parts_.open("/one");
    const auto second = parts_.open("/other");
    const auto ones = list_exceptions(**first, std::nullopt);
    const auto others = list_exceptions(**second, std::nullopt);
    return compare_stores({**first, *ones}, {**second, *others}, {});
  }
};

TEST_F(ComparedStores, AStoreIsNoDifferentFromItself) {
  const StoreBuilder store = StoreBuilder().fill_many(300, 'x');
  const auto compared = compare(store, store);
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->same, 300u);
  EXPECT_THAT(compared->ranges, IsEmpty());
}

TEST_F(ComparedStores, PresenceAndContentAreTold) {
  const auto compared = compare(StoreBuilder().fill(1, 'a').fill(2, 'a').fill(3, 'a').fill(4, 'a'),
                                StoreBuilder().fill(4, 'b').fill(3, 'a').fill(9, 'b'));
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->same, 1u);
  EXPECT_EQ(compared->only_first, 2u);
  EXPECT_EQ(compared->only_second, 1u);
  EXPECT_EQ(compared->content, 1u);
  EXPECT_THAT(compared->ranges, ElementsAre(DifferentRange{Bytes{4096}, Bytes{8192}, ChunkDifference::OnlyFirst},
                                            DifferentRange{Bytes{4 * 4096}, kChunk, ChunkDifference::Content},
                                            DifferentRange{Bytes{9 * 4096}, kChunk, ChunkDifference::OnlySecond}));
}

}  // namespace
}  // namespace cowherd::testing
