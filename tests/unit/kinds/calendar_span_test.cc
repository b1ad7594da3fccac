// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "resources/kinds/retention_policy.h"

namespace cowherd::testing {
namespace {

TEST(CalendarSpan, ReadsAllUnitsLargestFirst) {
  EXPECT_EQ(parse_calendar_span("2y5mo7d3h").value(), (CalendarSpan{2, 5, 7, 3}));
  EXPECT_EQ(parse_calendar_span("48h").value(), (CalendarSpan{0, 0, 0, 48}));
  EXPECT_EQ(parse_calendar_span("1y3h").value(), (CalendarSpan{1, 0, 0, 3}));
}

TEST(CalendarSpan, PrintsWhatItReads) {
  for (const char* text : {"2y5mo7d3h", "48h", "30d", "1y", "11mo", "0h"}) {
    EXPECT_EQ(print_calendar_span(parse_calendar_span(text).value()), text);
  }
}

TEST(CalendarSpan, RefusesWhatIsNoCalendarDuration) {
  for (const char* text : {"", "5", "h", "5m", "2w", "1d1y", "1d1d", "-1d", "1h-0d", "1.5d", "1 d", "99999999999999999999d", "2000y", "1Y"}) {
    EXPECT_FALSE(parse_calendar_span(text).has_value()) << text;
  }
}

TEST(CalendarSpan, HintsAtWhatWasMeant) {
  EXPECT_EQ(parse_calendar_span("2w").error().hint, "did you mean \"14d\"?");
  EXPECT_EQ(parse_calendar_span("5m").error().hint, "m could be minutes: write \"5mo\" for months");
  EXPECT_EQ(parse_calendar_span("30").error().hint, "a unit is missing: did you mean \"30d\"?");
}

}  // namespace
}  // namespace cowherd::testing
