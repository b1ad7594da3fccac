// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/retention_policy.h"

#include <array>
#include <charconv>

namespace cowherd {

namespace {

struct Unit {
  std::string_view text;
  std::int64_t CalendarSpan::*member;
  std::uint64_t most;  // a thousand years of it: keeps calendar arithmetic far inside std::chrono::year
};

constexpr std::array<Unit, 4> kUnits{{{"y", &CalendarSpan::years, 1'000},
                                      {"mo", &CalendarSpan::months, 12'000},
                                      {"d", &CalendarSpan::days, 365'250},
                                      {"h", &CalendarSpan::hours, 8'766'000}}};

std::string hint_for(std::string_view number, std::string_view unit) {
  const std::string digits(number);
  if (unit.empty()) return "a unit is missing: did you mean \"" + digits + "d\"?";
  if (unit == "m") return "m could be minutes: write \"" + digits + "mo\" for months";
  if (unit == "w") {
    std::int64_t weeks = 0;
    std::from_chars(number.data(), number.data() + number.size(), weeks);
    if (weeks < 10'000) return "did you mean \"" + std::to_string(weeks * 7) + "d\"?";
  }
  return "units are y mo d h";
}

}  // namespace

Result<CalendarSpan> parse_calendar_span(std::string_view text) {
  const auto bad = [&](std::string hint) {
    return fail(ErrorKind::Invalid, "'" + std::string(text.substr(0, 80)) + "' is not a calendar duration",
                std::move(hint));
  };
  constexpr std::string_view kShape = "write it as in 48h, 30d or 2y5mo7d3h";
  if (text.empty()) return bad(std::string(kShape));
  CalendarSpan span;
  std::string_view rest = text;
  std::size_t next_unit = 0;
  while (!rest.empty()) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error == std::errc::result_out_of_range) return bad("it is longer than a thousand years");
    if (error != std::errc{}) return bad(std::string(kShape));
    const std::string_view digits = rest.substr(0, static_cast<std::size_t>(end - rest.data()));
    rest.remove_prefix(digits.size());
    std::size_t letters = 0;
    while (letters < rest.size() && rest[letters] >= 'a' && rest[letters] <= 'z') ++letters;
    const std::string_view unit = rest.substr(0, letters);
    rest.remove_prefix(letters);
    std::size_t i = 0;
    while (i < kUnits.size() && kUnits[i].text != unit) ++i;
    if (i == kUnits.size()) return bad(hint_for(digits, unit));
    if (i < next_unit) return bad("units go from the largest to the smallest, each once");
    if (number > kUnits[i].most) return bad("it is longer than a thousand years");
    next_unit = i + 1;
    span.*kUnits[i].member = static_cast<std::int64_t>(number);
  }
  return span;
}

std::string print_calendar_span(const CalendarSpan& span) {
  std::string text;
  for (const Unit& unit : kUnits) {
    if (span.*unit.member != 0) text += std::to_string(span.*unit.member) + std::string(unit.text);
  }
  return text.empty() ? "0h" : text;
}

}  // namespace cowherd
