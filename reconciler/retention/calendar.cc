// SPDX-License-Identifier: Apache-2.0
#include "reconciler/retention/calendar.h"

#include <array>
#include <cstdio>

namespace cowherd {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;
using std::chrono::year_month_day;

year_month_day date_of(Moment moment) { return year_month_day{floor<days>(moment)}; }

sys_days monday_of(Moment moment) {
  const sys_days day = floor<days>(moment);
  return day - (std::chrono::weekday{day} - std::chrono::Monday);
}

std::string print_date(const char* format, const year_month_day& date) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return buffer.data();
}

std::string two_digits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string print_week(Moment moment) {
  const sys_days thursday = monday_of(moment) + days{3};
  const std::chrono::year year = year_month_day{thursday}.year();
  const auto week = (thursday - sys_days{year / 1 / 1}) / days{7} + 1;
  return print_date("%04d", year / 1 / 1) + "-W" + two_digits(week);
}

}  // namespace

std::int64_t bucket_of(Bucket bucket, Moment moment) {
  switch (bucket) {
    case Bucket::Hour: return floor<std::chrono::hours>(moment).time_since_epoch().count();
    case Bucket::Day: return floor<days>(moment).time_since_epoch().count();
    case Bucket::Week: return monday_of(moment).time_since_epoch().count();
    case Bucket::Month: {
      const year_month_day date = date_of(moment);
      return std::int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month());
    }
    case Bucket::Year: return static_cast<int>(date_of(moment).year());
  }
  return 0;
}

std::string print_bucket(Bucket bucket, Moment moment) {
  switch (bucket) {
    case Bucket::Hour: {
      const auto hour = floor<std::chrono::hours>(moment - floor<days>(moment));
      return print_date("%04d-%02u-%02u ", date_of(moment)) + two_digits(hour.count()) + "h";
    }
    case Bucket::Day: return print_date("%04d-%02u-%02u", date_of(moment));
    case Bucket::Week: return print_week(moment);
    case Bucket::Month: return print_date("%04d-%02u", date_of(moment));
    case Bucket::Year: return print_date("%04d", date_of(moment));
  }
  return "";
}

Moment back_by(Moment moment, const CalendarSpan& span) {
  const sys_days day = floor<days>(moment);
  const year_month_day date{day};
  const std::chrono::months months{span.years * 12 + span.months};
  const std::chrono::year_month month = date.year() / date.month() - months;
  const sys_days back = sys_days{month / 1} + (date.day() - std::chrono::day{1}) - days{span.days};
  return back + (moment - day) - std::chrono::hours{span.hours};
}

}  // namespace cowherd
