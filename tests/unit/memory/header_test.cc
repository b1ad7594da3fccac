// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "resources/files/bulk.h"

namespace cowherd::testing {

namespace {

using ::testing::HasSubstr;

BuildId id(char digit) {
  std::string text = "00000000-0000-0000-0000-000000000000";
  for (char& c : text) c = c == '-' ? c : digit;
  return *BuildId::make(text);
}

Bytes pages(std::uint64_t count) { return Bytes{count * kPage.value}; }

Extent extent(std::uint64_t offset, std::uint64_t length, BuildId build = {}, std::uint64_t storage = 0) {
  return {pages(offset), pages(length), build, pages(storage)};
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return bytes;
}

// Eight pages, of which 0, 1 and 4 are not zero, as wrenn writes them; its zero records carry a running
// number.
const BuildId kVectorBuild = *BuildId::make("11111111-2222-3333-4444-555555555555");
constexpr std::string_view kVector =
    "0100000000000000 0010000000000000 0080000000000000 0000000000000000"
    "11111111222233334444555555555555 11111111222233334444555555555555"
    "0000000000000000 0020000000000000 11111111222233334444555555555555 0000000000000000"
    "0020000000000000 0020000000000000 00000000000000000000000000000000 0000000000000000"
    "0040000000000000 0010000000000000 11111111222233334444555555555555 0020000000000000"
    "0050000000000000 0030000000000000 00000000000000000000000000000000 0020000000000000";

MemoryHeader vector_header() {
  return {pages(8),
          0,
          kVectorBuild,
          kVectorBuild,
          {extent(0, 2, kVectorBuild), extent(2, 2), extent(4, 1, kVectorBuild, 2), extent(5, 3)}};
}

// What a header says after one thing in it was changed; an empty text when it is still accepted.
std::string refusal(const std::function<void(MemoryHeader&)>& change) {
  MemoryHeader header = vector_header();
  change(header);
  const auto parsed = parse_header(print_header(header));
  if (parsed) return "";
  EXPECT_EQ(parsed.error().kind, ErrorKind::Corrupt);
  return parsed.error().message;
}

std::string refusal_of(const std::string& bytes) {
  const auto parsed = parse_header(bytes);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().kind, ErrorKind::Corrupt);
  return parsed.error().message;
}

}  // namespace

TEST(MemoryHeader, TheVectorOfTheReferenceIsRead) {
  const std::string bytes = from_hex(kVector);
  ASSERT_EQ(bytes.size(), 224u);
  EXPECT_EQ(sha256(bytes).str(), "bbb82d605c74f2f362da7658b0afceee5ecb7290709b021000af4dbfffd630d8");
  const auto header = parse_header(bytes);
  ASSERT_TRUE(header) << to_string(header.error());
  EXPECT_EQ(*header, vector_header());
}

TEST(MemoryHeader, ItIsPrintedByteForByteExceptForThePlaceOfZeroes) {
  std::string expected = from_hex(kVector);
  expected.replace(expected.size() - 8, 8, std::string(8, '\0'));
  EXPECT_EQ(print_header(vector_header()), expected);
}

TEST(MemoryHeader, WithoutRecordsItIsOneRawFileOfItsOwnBuild) {
  const auto header = parse_header(from_hex(kVector).substr(0, 64));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->extents, Extents{extent(0, 8, kVectorBuild)});
}

TEST(MemoryHeader, TheFrontIsChecked) {
  const std::string bytes = from_hex(kVector);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    if (length == 64) continue;  // a header without records
    EXPECT_NE(refusal_of(bytes.substr(0, length)), "") << length;
  }
  std::string version = bytes;
  version[0] = 4;
  EXPECT_THAT(refusal_of(version), HasSubstr("version is 4"));
  std::string block = bytes;
  block[10] = 0x20;  // 2 MiB pages
  EXPECT_THAT(refusal_of(block), HasSubstr("block size"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.size = {}; }), HasSubstr("a memory of 0 bytes"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.size = Bytes{32767}; }), HasSubstr("not whole pages"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.size = Bytes{~0ull << 12}; }), HasSubstr("too large"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.generation = ~0ull; }), HasSubstr("generation"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.build = {}; }), HasSubstr("no id"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.base = {}; }), HasSubstr("no id"));
}

TEST(MemoryHeader, RecordsCoverTheMemoryOnceAndInOrder) {
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents.pop_back(); }), HasSubstr("end at 20480 of 32768"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents.erase(h.extents.begin() + 1); }),
              HasSubstr("record 1"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { std::swap(h.extents[0], h.extents[1]); }), HasSubstr("record 0"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents[1].length = pages(3); }), HasSubstr("record 2"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents[3].length = pages(4); }),
              HasSubstr("behind the memory"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents[3].length = Bytes{~0ull << 12}; }),
              HasSubstr("behind"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents[1].length = {}; }), HasSubstr("empty"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents[0].length = Bytes{100}; }),
              HasSubstr("not whole pages"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents[2].storage = Bytes{1}; }),
              HasSubstr("place in a file"));
  EXPECT_THAT(refusal([](MemoryHeader& h) { h.extents[2].storage = Bytes{~0ull << 12}; }),
              HasSubstr("place"));
  EXPECT_EQ(refusal([](MemoryHeader& h) { h.extents[1].storage = Bytes{1}; }),
            "");  // of a zero record: not read
}

TEST(MemoryHeader, TooManyFilesAreRefused) {
  MemoryHeader header{pages(kMostBuilds + 1), 0, id('1'), id('1'), {}};
  for (std::uint64_t i = 0; i <= kMostBuilds; ++i) {
    std::string bytes(16, '\1');
    bytes[0] = static_cast<char>(i >> 8);
    bytes[1] = static_cast<char>(i);
    header.extents.push_back(extent(i, 1, BuildId::read(bytes, 0)));
  }
  EXPECT_THAT(refusal_of(print_header(header)), HasSubstr("more than 4096 files"));
  header.size = pages(kMostBuilds);
  header.extents.pop_back();
  EXPECT_EQ(refusal_of(print_header(header)), "");
}

TEST(MemoryHeader, TheLengthOfAFileIsWhatTheFurthestRecordNeeds) {
  const auto lengths = needed_lengths(vector_header());
  EXPECT_EQ(lengths, (std::map<BuildId, Bytes>{{kVectorBuild, pages(3)}}));
}

TEST(Extents, TheOverlayOfTheReference) {
  const BuildId a = kVectorBuild;
  const BuildId b = *BuildId::make("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
  EXPECT_EQ(merge(vector_header().extents, {extent(1, 1, b), extent(6, 1, b, 1)}),
            (Extents{extent(0, 1, a), extent(1, 1, b), extent(2, 2), extent(4, 1, a, 2), extent(5, 1),
                     extent(6, 1, b, 1), extent(7, 1)}));
}

TEST(Extents, NeighboursAreJoinedOnlyWhenTheirStorageGoesOn) {
  Extents extents;
  append_extent(extents, extent(0, 1, id('1'), 5));
  append_extent(extents, extent(1, 1, id('1'), 6));
  append_extent(extents, extent(2, 1, id('1'), 4));
  append_extent(extents, extent(3, 1));
  append_extent(extents, extent(4, 1));
  EXPECT_EQ(extents, (Extents{extent(0, 2, id('1'), 5), extent(2, 1, id('1'), 4), extent(3, 2)}));
}

TEST(Extents, TheOneThatHoldsAnOffsetIsFound) {
  const MemoryHeader header = vector_header();
  EXPECT_EQ(extent_at(header.extents, Bytes{0}), header.extents[0]);
  EXPECT_EQ(extent_at(header.extents, pages(4)), header.extents[2]);
  EXPECT_EQ(extent_at(header.extents, Bytes{pages(5).value - 1}), header.extents[2]);
  EXPECT_EQ(extent_at(header.extents, Bytes{pages(8).value - 1}), header.extents[3]);
}

TEST(Extents, RangesThatAreNoSetOfPagesAreInvalid) {
  EXPECT_TRUE(check_ranges({{pages(0), pages(1)}, {pages(1), pages(1)}, {pages(3), pages(1)}}, pages(4)));
  for (const PageRanges& ranges :
       {PageRanges{{pages(1), pages(1)}, {pages(0), pages(1)}},
        PageRanges{{pages(0), pages(2)}, {pages(1), pages(1)}}, PageRanges{{pages(0), {}}},
        PageRanges{{Bytes{1}, pages(1)}}, PageRanges{{pages(0), Bytes{1}}}, PageRanges{{pages(4), pages(1)}},
        PageRanges{{pages(3), pages(2)}}, PageRanges{{pages(3), Bytes{~0ull << 12}}}}) {
    const Status checked = check_ranges(ranges, pages(4));
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, ErrorKind::Invalid);
  }
}

TEST(BuildId, TextAndBytesSayTheSame) {
  const std::string text = "01234567-89ab-cdef-0123-456789abcdef";
  std::string bytes;
  BuildId::make(text)->append_to(bytes);
  EXPECT_EQ(bytes, from_hex("0123456789abcdef0123456789abcdef"));
  EXPECT_EQ(BuildId::read(bytes, 0).str(), text);
  EXPECT_EQ(BuildId::from_uid(*Uid::make("0123456789abcdef0123456789abcdef")).str(), text);
}

TEST(BuildId, OtherTextIsRefused) {
  for (const std::string text :
       {"", "raw", "header", "01234567-89AB-cdef-0123-456789abcdef", "01234567089ab-cdef-0123-456789abcdef",
        "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdefa",
        "-1234567-89ab-cdef-0123-456789abcdef"}) {
    EXPECT_FALSE(BuildId::make(text)) << text;
  }
}

}  // namespace cowherd::testing
