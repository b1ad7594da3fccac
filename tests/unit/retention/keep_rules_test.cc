// SPDX-License-Identifier: Apache-2.0
// Single rules, on the cases that restic documents and the edges of its code.
#include "reconciler/retention/keep_rules.h"

#include <gmock/gmock.h>

#include "tests/unit/retention/retention_cases.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> kept_by(const KeepRules& keep, const std::vector<std::string>& moments) {
  return kept(decide(a_policy(keep), taken(moments), in_2027()));
}

std::vector<std::string> why(const KeepRules& keep, const std::vector<std::string>& moments, const std::string& name) {
  return reasons_of(decide(a_policy(keep), taken(moments), in_2027()), name);
}

CalendarSpan span(const std::string& text) { return *parse_calendar_span(text); }

TEST(KeepRules, LastKeepsTheNewestAndNothingMore) {
  EXPECT_THAT(kept_by({.last = 2}, {"2026-11-18T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"}),
              ElementsAre("2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"));
}

// restic's manual: snapshots of Sundays only, and --keep-daily 4 keeps the last four days that have any.
TEST(KeepRules, DaysWithoutASnapshotAreNotCounted) {
  const std::vector<std::string> sundays{"2014-10-12T10:00:00Z", "2014-10-19T10:00:00Z", "2014-10-26T10:00:00Z",
                                         "2014-11-02T10:00:00Z", "2014-11-09T10:00:00Z", "2014-11-16T10:00:00Z",
                                         "2014-11-23T10:00:00Z", "2014-11-30T10:00:00Z"};
  EXPECT_THAT(kept_by({.daily = 4}, sundays), ElementsAre("2014-11-30T10:00:00Z", "2014-11-23T10:00:00Z",
                                                          "2014-11-16T10:00:00Z", "2014-11-09T10:00:00Z"));
}

TEST(KeepRules, TheNewestOfABucketStandsForIt) {
  EXPECT_THAT(kept_by({.daily = 2}, {"2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", "2026-11-19T08:00:00Z",
                                     "2026-11-19T09:00:00Z", "2026-11-18T09:00:00Z"}),
              ElementsAre("2026-11-20T09:00:00Z", "2026-11-19T09:00:00Z"));
}

TEST(KeepRules, TheOldestIsKeptWhileARuleHasRoom) {
  const std::vector<std::string> day{"2026-11-20T09:00:00Z", "2026-11-20T08:00:00Z", "2026-11-20T07:00:00Z"};
  EXPECT_THAT(kept_by({.daily = 2}, day), ElementsAre(day[0], day[2]));
  EXPECT_THAT(why({.daily = 2}, day, day[2]), ElementsAre("oldest daily"));
  EXPECT_THAT(kept_by({.daily = 1}, day), ElementsAre(day[0]));
}

TEST(KeepRules, AnEndlessRuleKeepsTheOldestToo) {
  const std::vector<std::string> day{"2026-11-20T09:00:00Z", "2026-11-20T08:00:00Z", "2026-11-20T07:00:00Z"};
  EXPECT_THAT(kept_by({.daily = -1}, day), ElementsAre(day[0], day[2]));
}

TEST(KeepRules, MinusOneKeepsAllBuckets) {
  const std::vector<std::string> years{"2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2024-01-01T00:00:00Z"};
  EXPECT_THAT(kept_by({.yearly = -1}, years), ElementsAre(years[0], years[1], years[2]));
  EXPECT_THAT(kept_by({.last = -1}, years), ElementsAre(years[0], years[1], years[2]));
}

TEST(KeepRules, WeeksOfTwoYearsAreOneWeek) {
  EXPECT_THAT(kept_by({.weekly = 2}, {"2027-01-04T00:00:00Z", "2027-01-03T00:00:00Z", "2026-12-28T00:00:00Z",
                                      "2026-12-27T00:00:00Z"}),
              ElementsAre("2027-01-04T00:00:00Z", "2027-01-03T00:00:00Z"));
}

TEST(KeepRules, ALeapDayIsADayAndAMonthsLast) {
  EXPECT_THAT(kept_by({.daily = 2, .monthly = 2}, {"2024-03-01T00:00:00Z", "2024-02-29T23:00:00Z", "2024-02-29T01:00:00Z",
                                                   "2024-02-28T00:00:00Z"}),
              ElementsAre("2024-03-01T00:00:00Z", "2024-02-29T23:00:00Z"));
}

TEST(KeepRules, WithinMeasuresFromTheNewestAndItsEdgeIsOut) {
  EXPECT_THAT(kept_by({.within = span("2d")}, {"2026-11-20T12:00:00Z", "2026-11-18T12:00:01Z", "2026-11-18T12:00:00Z"}),
              ElementsAre("2026-11-20T12:00:00Z", "2026-11-18T12:00:01Z"));
}

TEST(KeepRules, WithinIsOfTheCalendar) {
  EXPECT_THAT(kept_by({.within = span("1mo")}, {"2026-03-31T00:00:00Z", "2026-03-03T00:00:01Z", "2026-03-03T00:00:00Z"}),
              ElementsAre("2026-03-31T00:00:00Z", "2026-03-03T00:00:01Z"));
}

TEST(KeepRules, BucketsWithinATimeHaveNoOldestOfTheirOwn) {
  EXPECT_THAT(kept_by({.within_daily = span("7d")},
                      {"2026-11-20T12:00:00Z", "2026-11-20T11:00:00Z", "2026-11-14T11:00:00Z", "2026-11-14T10:00:00Z"}),
              ElementsAre("2026-11-20T12:00:00Z", "2026-11-14T11:00:00Z"));
}

TEST(KeepRules, LabelsKeepWhatAnySelectorMatches) {
  std::vector<RetentionSnapshot> snapshots = taken({"2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z", "2026-11-18T00:00:00Z"});
  snapshots[1].labels["keep"] = "true";
  snapshots[2].labels["tier"] = "gold";
  const RetentionReview review =
      decide(a_policy({.labels = {{{"keep", "true"}}, {{"tier", "gold"}, {"keep", "true"}}}}), snapshots, in_2027());
  EXPECT_THAT(kept(review), ElementsAre("2026-11-19T00:00:00Z"));
  EXPECT_THAT(reasons_of(review, "2026-11-19T00:00:00Z"), ElementsAre("label keep=true"));
}

TEST(KeepRules, RulesAreOredAndAllAreNamed) {
  const std::vector<std::string> moments{"2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"};
  EXPECT_THAT(why({.last = 1, .daily = 7, .weekly = 1, .within = span("48h")}, moments, moments[0]),
              ElementsAre("last (1 of 1)", "daily 2026-11-20 (1 of 7)", "weekly 2026-W47 (1 of 1)", "within 48h"));
}

// restic's manual: a snapshot every day, --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --keep-yearly 75.
TEST(KeepRules, AHundredYearsOfDays) {
  std::vector<RetentionSnapshot> days;
  for (Moment day = at("1926-11-21T12:00:00Z"); day <= at("2026-11-20T12:00:00Z"); day += std::chrono::days{1}) {
    days.push_back(taken(print_moment(day)));
  }
  const RetentionReview review =
      decide(a_policy({.daily = 7, .weekly = 5, .monthly = 12, .yearly = 75}), days, in_2027());
  // 7 days; 3 more Sundays, 20 November being a Friday of the second week; 11 more ends of a month; 73 more ends of a year,
  // that of 2025 standing among the months.
  EXPECT_EQ(7u + 3u + 11u + 73u, kept(review).size());
}

TEST(KeepRules, NothingIsKeptByNoRule) {
  EXPECT_TRUE(keeps_nothing({}));
  EXPECT_TRUE(keeps_nothing({.last = 0, .within = CalendarSpan{}}));
  EXPECT_FALSE(keeps_nothing({.within_yearly = span("1y")}));
  EXPECT_THAT(reasons_to_keep({.last = 1}, {}), IsEmpty());
}

}  // namespace
}  // namespace cowherd::testing
