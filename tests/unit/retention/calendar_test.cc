// SPDX-License-Identifier: Apache-2.0
#include "reconciler/retention/calendar.h"

#include <gtest/gtest.h>

#include "tests/unit/retention/retention_cases.h"

namespace cowherd::testing {
namespace {

std::string week_of(const std::string& day) { return print_bucket(Bucket::Week, at(day + "T12:00:00Z")); }
std::string back(const std::string& day, const std::string& span) {
  return print_moment(back_by(at(day + "T12:30:00Z"), *parse_calendar_span(span)));
}

// The examples of ISO 8601:2004 and its well-known edges.
TEST(Calendar, WeeksAreThoseOfIso8601) {
  EXPECT_EQ("2004-W53", week_of("2005-01-01"));
  EXPECT_EQ("2004-W53", week_of("2005-01-02"));
  EXPECT_EQ("2005-W01", week_of("2005-01-03"));
  EXPECT_EQ("2005-W52", week_of("2006-01-01"));
  EXPECT_EQ("2007-W01", week_of("2007-01-01"));
  EXPECT_EQ("2009-W01", week_of("2008-12-29"));
  EXPECT_EQ("2009-W53", week_of("2010-01-03"));
  EXPECT_EQ("2020-W53", week_of("2021-01-03"));
  EXPECT_EQ("2026-W47", week_of("2026-11-20"));
}

TEST(Calendar, AWeekBeginsOnMondayAndSpansTheYearsEnd) {
  const auto bucket = [](const std::string& moment) { return bucket_of(Bucket::Week, at(moment)); };
  EXPECT_EQ(bucket("2026-12-28T00:00:00Z"), bucket("2027-01-03T23:59:59Z"));
  EXPECT_NE(bucket("2027-01-03T23:59:59Z"), bucket("2027-01-04T00:00:00Z"));
}

TEST(Calendar, BucketsAreTold) {
  const Moment moment = at("2026-11-20T05:59:59Z");
  EXPECT_EQ("2026-11-20 05h", print_bucket(Bucket::Hour, moment));
  EXPECT_EQ("2026-11-20", print_bucket(Bucket::Day, moment));
  EXPECT_EQ("2026-11", print_bucket(Bucket::Month, moment));
  EXPECT_EQ("2026", print_bucket(Bucket::Year, moment));
}

TEST(Calendar, BucketsBeforeTheEpochAreBucketsToo) {
  for (const Bucket bucket : {Bucket::Hour, Bucket::Day, Bucket::Week, Bucket::Month, Bucket::Year}) {
    EXPECT_NE(bucket_of(bucket, at("1969-12-31T23:59:59Z")), bucket_of(bucket, at("1970-01-05T00:00:00Z")));
    EXPECT_EQ(bucket_of(bucket, at("1969-06-02T10:00:00Z")), bucket_of(bucket, at("1969-06-02T10:59:00Z")));
  }
}

// What Go's Time.AddDate answers.
TEST(Calendar, DaysThatAMonthDoesNotHaveGoOnIntoTheNext) {
  EXPECT_EQ("2026-03-03T12:30:00Z", back("2026-03-31", "1mo"));
  EXPECT_EQ("2024-03-02T12:30:00Z", back("2024-03-31", "1mo"));
  EXPECT_EQ("2026-12-01T12:30:00Z", back("2026-12-31", "1mo"));
  EXPECT_EQ("2023-03-01T12:30:00Z", back("2024-02-29", "1y"));
  EXPECT_EQ("2020-02-29T12:30:00Z", back("2024-02-29", "4y"));
}

TEST(Calendar, MonthsGoBackOverTheYear) {
  EXPECT_EQ("2025-12-15T12:30:00Z", back("2026-01-15", "1mo"));
  EXPECT_EQ("2024-11-15T12:30:00Z", back("2026-01-15", "14mo"));
  EXPECT_EQ("2025-11-15T12:30:00Z", back("2026-12-15", "1y1mo"));
}

TEST(Calendar, DaysAreTakenAfterMonthsAndHoursLast) {
  EXPECT_EQ("2026-02-28T12:30:00Z", back("2026-03-31", "1mo3d"));
  EXPECT_EQ("2026-03-02T11:30:00Z", back("2026-03-31", "1mo1d1h"));
  EXPECT_EQ("2026-11-18T12:30:00Z", back("2026-11-20", "48h"));
}

}  // namespace
}  // namespace cowherd::testing
