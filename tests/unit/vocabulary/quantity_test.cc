// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/quantity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace cowherd::testing {

namespace {

std::string hint_of(std::string_view text) {
  const auto parsed = parse_quantity(text);
  EXPECT_FALSE(parsed) << text;
  if (parsed) return {};
  EXPECT_EQ(parsed.error().kind, ErrorKind::Invalid);
  return parsed.error().hint;
}

}  // namespace

TEST(Quantity, ReadsBinaryAndDecimalSuffixes) {
  EXPECT_EQ(*parse_quantity("512Mi"), 512_MiB);
  EXPECT_EQ(*parse_quantity("1Ki"), 1_KiB);
  EXPECT_EQ(*parse_quantity("2Ti"), Bytes{2ull << 40});
  EXPECT_EQ(*parse_quantity("10G"), Bytes{10'000'000'000});
  EXPECT_EQ(*parse_quantity("1k"), Bytes{1000});
  EXPECT_EQ(*parse_quantity("0Mi"), Bytes{});
}

TEST(Quantity, RefusesWhatIsNone) {
  for (const char* text : {"", "Mi", "512", "1.5Gi", "-1Gi", "+1Gi", " 1Gi", "1Gi ", "1 Gi", "0x1Gi", "010Gi", "1Gi2", "1Pi", "1e3", "Gi1"}) {
    EXPECT_FALSE(parse_quantity(text)) << text;
  }
}

TEST(Quantity, NamesTheLikelySpelling) {
  EXPECT_THAT(hint_of("512"), ::testing::HasSubstr("\"512Mi\""));
  EXPECT_THAT(hint_of("10GB"), ::testing::HasSubstr("\"10Gi\""));
  EXPECT_THAT(hint_of("10mb"), ::testing::HasSubstr("\"10Mi\""));
  EXPECT_THAT(hint_of("4K"), ::testing::HasSubstr("\"4Ki\""));
  EXPECT_THAT(hint_of("much"), ::testing::HasSubstr("512Mi"));
  EXPECT_EQ(hint_of("1.5Gi"), "did you mean \"1536Mi\"?");
  EXPECT_EQ(hint_of("2.25T"), "did you mean \"2250G\"?");
  EXPECT_EQ(hint_of("0.5Ti"), "did you mean \"512Gi\"?");
  for (const char* text : {"0.1Gi", "1.5Ki", "1.5k", "1.", "1.5", "1.Gi", "1.5Xi", "1234567.5Gi", "1.1234567Gi", "1..5Gi"}) {
    EXPECT_THAT(hint_of(text), ::testing::HasSubstr("whole number")) << text;
  }
}

TEST(Quantity, OverflowIsInvalid) {
  EXPECT_TRUE(parse_quantity("8388607Ti"));
  EXPECT_FALSE(parse_quantity("8388608Ti"));
  EXPECT_FALSE(parse_quantity("99999999999999999999Ki"));
}

TEST(Quantity, PrintsTheShortestExactSpelling) {
  EXPECT_EQ(print_quantity(1536_MiB), "1536Mi");
  EXPECT_EQ(print_quantity(2048_MiB), "2Gi");
  EXPECT_EQ(print_quantity(Bytes{1'000'000}), "1M");
  EXPECT_EQ(print_quantity(Bytes{}), "0Ki");
  EXPECT_EQ(print_quantity(Bytes{1}), "1B");
}

RC_GTEST_PROP(Quantity, WhatIsPrintedIsReadBack, ()) {
  const auto number = *rc::gen::inRange<std::uint64_t>(0, 1ull << 40);
  const auto unit = *rc::gen::element<std::uint64_t>(1000, 1024, 1'000'000, 1ull << 20);
  const Bytes bytes{number * unit};
  RC_ASSERT(*parse_quantity(print_quantity(bytes)) == bytes);
}

TEST(Sizes, SubtractionStopsAtZeroAndRoundingGoesUp) {
  EXPECT_EQ(1_KiB - 2_KiB, Bytes{});
  EXPECT_EQ(round_up(Bytes{1}, 4_KiB), 4_KiB);
  EXPECT_EQ(round_up(4_KiB, 4_KiB), 4_KiB);
  EXPECT_EQ(*to_sectors(1_KiB), Sectors{2});
  EXPECT_EQ(to_sectors(Bytes{513}).error().kind, ErrorKind::Invalid);
}

}  // namespace cowherd::testing
