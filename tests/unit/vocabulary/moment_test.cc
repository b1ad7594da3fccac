// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/moment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace cowherd::testing {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Moment, PrintsRfc3339InUtc) {
  EXPECT_EQ(print_moment(Moment{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(print_moment(Moment{Span{1'795'197'780'000}}), "2026-11-20T18:03:00Z");
  EXPECT_EQ(print_moment(Moment{Span{7}}), "1970-01-01T00:00:00.007Z");
}

TEST(Moment, ReadsFractionsToTheMillisecond) {
  EXPECT_EQ(*parse_moment("1970-01-01T00:00:01.5Z"), Moment{Span{1500}});
  EXPECT_EQ(*parse_moment("1970-01-01T00:00:01.123456789Z"), Moment{Span{1123}});
}

TEST(Moment, RefusesWhatIsNone) {
  for (const char* text : {"", "now", "2026-11-20", "2026-11-20T18:03:00", "2026-11-20T18:03:00+01:00", "2026-13-20T18:03:00Z",
                           "2026-02-29T18:03:00Z", "2026-11-20T24:00:00Z", "2026-11-20T18:60:00Z", "2026-11-20T18:03:60Z",
                           "2026-11-20T18:03:00.Z", "2026-11-20T18:03:00Zx", "2026-11-20 18:03:00Z"}) {
    EXPECT_FALSE(parse_moment(text)) << text;
  }
  EXPECT_TRUE(parse_moment("2028-02-29T00:00:00Z"));
}

RC_GTEST_PROP(Moment, WhatIsPrintedIsReadBack, ()) {
  const Moment moment{Span{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000)}};
  RC_ASSERT(*parse_moment(print_moment(moment)) == moment);
}

TEST(Duration, ReadsUnitsFromTheLargestToTheSmallest) {
  EXPECT_EQ(*parse_span("30s"), Span{30'000});
  EXPECT_EQ(*parse_span("1h30m"), hours{1} + minutes{30});
  EXPECT_EQ(*parse_span("1w2d3h4m5s6ms"), hours{9 * 24 + 3} + minutes{4} + seconds{5} + Span{6});
  EXPECT_EQ(*parse_span("90m"), minutes{90});
}

TEST(Duration, RefusesWhatIsNone) {
  for (const char* text : {"", "30", "s", "-1s", "1.5h", "30m1h", "1h1h", "1y", "1h ", "99999999999999999999s", "6000w"}) {
    EXPECT_FALSE(parse_span(text)) << text;
  }
  EXPECT_THAT(parse_span("30").error().hint, ::testing::HasSubstr("\"30s\""));
}

RC_GTEST_PROP(Duration, WhatIsPrintedIsReadBack, ()) {
  const Span span{*rc::gen::inRange<std::int64_t>(0, 3'000'000'000'000)};
  RC_ASSERT(*parse_span(print_span(span)) == span);
}

TEST(Age, HasAtMostTwoUnits) {
  EXPECT_EQ(print_age(hours{76} + minutes{5}), "3d4h");
  EXPECT_EQ(print_age(seconds{12} + Span{900}), "12s");
  EXPECT_EQ(print_age(Span{900}), "0s");
  EXPECT_EQ(print_age(Span{-5000}), "0s");
}

}  // namespace cowherd::testing
