// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/quantity.h"

#include <array>
#include <charconv>

namespace cowherd {

namespace {

struct Suffix {
  std::string_view text;
  std::uint64_t factor;
};

constexpr std::array<Suffix, 8> kSuffixes{{{"Ti", 1ull << 40},
                                           {"Gi", 1ull << 30},
                                           {"Mi", 1ull << 20},
                                           {"Ki", 1ull << 10},
                                           {"T", 1'000'000'000'000ull},
                                           {"G", 1'000'000'000ull},
                                           {"M", 1'000'000ull},
                                           {"k", 1'000ull}}};

constexpr std::uint64_t kLargest = (1ull << 63) - 1;

// "1.5Gi": the same amount in the next smaller unit, when that is a whole number; else nothing.
std::string whole_spelling(std::string_view digits, std::string_view rest) {
  constexpr std::size_t kMostDigits = 6;
  const std::size_t end = rest.find_first_not_of("0123456789", 1);
  if (!rest.starts_with('.') || end == std::string_view::npos || end < 2) return "";
  if (digits.size() > kMostDigits || end > kMostDigits) return "";
  std::uint64_t number = 0;
  const std::string both = std::string(digits) + std::string(rest.substr(1, end - 1));
  std::from_chars(both.data(), both.data() + both.size(), number);
  std::uint64_t scale = 1;
  for (std::size_t i = 1; i < end; ++i) scale *= 10;
  for (std::size_t i = 0; i + 1 < kSuffixes.size(); ++i) {
    const bool next_is_smaller = kSuffixes[i + 1].factor < kSuffixes[i].factor;
    if (kSuffixes[i].text != rest.substr(end) || !next_is_smaller) continue;
    const std::uint64_t scaled = number * (kSuffixes[i].factor / kSuffixes[i + 1].factor);
    return scaled % scale == 0 ? std::to_string(scaled / scale) + std::string(kSuffixes[i + 1].text) : "";
  }
  return "";
}

std::string hint_for(std::string_view digits, std::string_view rest) {
  if (digits.empty()) return "write a whole number with a suffix, as in 512Mi or 10Gi";
  const std::string number(digits);
  if (rest.empty()) return "add a suffix: did you mean \"" + number + "Mi\"?";
  if (rest == "GB" || rest == "g" || rest == "GiB" || rest == "gb") return "did you mean \"" + number + "Gi\"?";
  if (rest == "MB" || rest == "m" || rest == "MiB" || rest == "mb") return "did you mean \"" + number + "Mi\"?";
  if (rest == "K" || rest == "KB" || rest == "KiB" || rest == "kb") return "did you mean \"" + number + "Ki\"?";
  if (const std::string whole = whole_spelling(digits, rest); !whole.empty()) return "did you mean \"" + whole + "\"?";
  if (rest.starts_with('.')) return "write a whole number with a suffix, as in 1536Mi for 1.5Gi";
  return "suffixes are Ki Mi Gi Ti (powers of 1024) and k M G T (powers of 1000)";
}

}  // namespace

Result<Sectors> to_sectors(Bytes bytes) {
  if (bytes.value % 512 != 0) {
    return fail(ErrorKind::Invalid, std::to_string(bytes.value) + " bytes is not a whole number of sectors");
  }
  return Sectors{bytes.value / 512};
}

Result<Bytes> parse_quantity(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.data()));
  const std::string_view rest = text.substr(digits.size());
  if (error == std::errc::result_out_of_range) {
    return fail(ErrorKind::Invalid, "quantity '" + std::string(text) + "' is too large");
  }
  if (error == std::errc{} && (digits.size() == 1 || digits.front() != '0')) {
    for (const Suffix& suffix : kSuffixes) {
      if (rest != suffix.text) continue;
      if (number > kLargest / suffix.factor) {
        return fail(ErrorKind::Invalid, "quantity '" + std::string(text) + "' is too large");
      }
      return Bytes{number * suffix.factor};
    }
  }
  return fail(ErrorKind::Invalid, "'" + std::string(text) + "' is not a quantity", hint_for(digits, rest));
}

std::string print_quantity(Bytes bytes) {
  if (bytes.value == 0) return "0Ki";
  for (const Suffix& suffix : kSuffixes) {
    if (bytes.value % suffix.factor == 0) {
      return std::to_string(bytes.value / suffix.factor) + std::string(suffix.text);
    }
  }
  return std::to_string(bytes.value) + "B";
}

}  // namespace cowherd
