// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/moment.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace cowherd {

namespace {

struct Unit {
  std::string_view text;
  std::int64_t milliseconds;
};

constexpr std::array<Unit, 6> kUnits{
    {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t kLongest = 100ll * 366 * 86'400'000;  // a century; keeps every sum far from overflow

std::string print_units(Span span, int most_units, std::size_t first_unit) {
  std::int64_t rest = span.count();
  if (rest < 0) rest = 0;
  std::string text;
  int units = 0;
  for (std::size_t i = first_unit; i < kUnits.size() && units < most_units; ++i) {
    if (rest < kUnits[i].milliseconds) continue;
    text += std::to_string(rest / kUnits[i].milliseconds) + std::string(kUnits[i].text);
    rest %= kUnits[i].milliseconds;
    ++units;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace

std::string print_moment(Moment moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Span> time{moment - day};
  std::array<char, 64> buffer{};
  const int ms = static_cast<int>(time.subseconds().count());
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  std::string text = buffer.data();
  if (ms != 0) {
    std::snprintf(buffer.data(), buffer.size(), ".%03d", ms);
    text += buffer.data();
  }
  return text + "Z";
}

Result<Moment> parse_moment(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int used = 0;
  const std::string copy(text);
  const int fields =
      std::sscanf(copy.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used);
  const auto bad = [&] {
    return fail(ErrorKind::Invalid, "'" + copy + "' is not a time", "write RFC 3339 in UTC, as in 2026-11-20T18:03:00Z");
  };
  if (fields != 6) return bad();
  std::string_view rest = text.substr(static_cast<std::size_t>(used));
  int ms = 0;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    int scale = 100;
    std::size_t digits = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') {
      ms += (rest[digits] - '0') * scale;
      scale /= 10;
      ++digits;
    }
    if (digits == 0 || digits > 9) return bad();
    rest.remove_prefix(digits);
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (rest != "Z" || !date.ok() || hour > 23 || minute > 59 || second > 59 || hour < 0 || minute < 0 || second < 0) {
    return bad();
  }
  return Moment{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + Span{ms};
}

Result<Span> parse_span(std::string_view text) {
  const auto bad = [&](std::string hint) {
    return fail(ErrorKind::Invalid, "'" + std::string(text) + "' is not a duration", std::move(hint));
  };
  if (text.empty()) return bad("write it as in 30s, 10m or 1h30m");
  std::string_view rest = text;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!rest.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || number < 0) return bad("write it as in 30s, 10m or 1h30m");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    std::size_t letters = 0;
    while (letters < rest.size() && rest[letters] >= 'a' && rest[letters] <= 'z') ++letters;
    const std::string_view unit = rest.substr(0, letters);
    if (unit.empty()) return bad("a unit is missing: did you mean \"" + std::string(text) + "s\"?");
    rest.remove_prefix(letters);
    std::size_t i = 0;
    while (i < kUnits.size() && kUnits[i].text != unit) ++i;
    if (i == kUnits.size()) return bad("units are w d h m s ms");
    if (i < next_unit) return bad("units go from the largest to the smallest, each once");
    next_unit = i + 1;
    if (number > kLongest / kUnits[i].milliseconds) return bad("it is longer than a century");
    total += number * kUnits[i].milliseconds;
    if (total > kLongest) return bad("it is longer than a century");
  }
  return Span{total};
}

std::string print_span(Span span) { return print_units(span, static_cast<int>(kUnits.size()), 1); }

std::string print_age(Span span) {
  if (span < std::chrono::seconds{1}) return "0s";
  return print_units(std::chrono::floor<std::chrono::seconds>(span), 2, 1);
}

std::string print_compact(Moment moment) {
  std::string text;
  for (const char c : print_moment(std::chrono::floor<std::chrono::seconds>(moment))) {
    if (c != '-' && c != ':') text += c;
  }
  return text;
}

std::optional<Moment> parse_compact(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  std::string full(text);
  for (const std::size_t colon : {13u, 11u}) full.insert(colon, ":");
  for (const std::size_t dash : {6u, 4u}) full.insert(dash, "-");
  const Result<Moment> moment = parse_moment(full);
  if (!moment) return std::nullopt;
  return *moment;
}

}  // namespace cowherd
