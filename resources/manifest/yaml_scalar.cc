// SPDX-License-Identifier: Apache-2.0
// What yaml-cpp does not tell about a scalar: where it ends, and what a plain one means.
#include <algorithm>
#include <charconv>

#include "resources/manifest/yaml_tree.h"

namespace cowherd {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::size_t> end_of_quoted(std::string_view source, std::size_t offset) {
  const char quote = source[offset];
  for (std::size_t i = offset + 1; i < source.size(); ++i) {
    if (quote == '"' && source[i] == '\\') {
      ++i;
    } else if (source[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < source.size() && source[i + 1] == quote;
      if (!doubled) return i + 1;
      ++i;
    }
  }
  return std::nullopt;
}

// A plain scalar over several lines has its line breaks folded: letters agree, white space need not.
std::size_t end_of_plain(std::string_view source, std::size_t offset, std::string_view value) {
  std::size_t end = offset;
  std::size_t i = offset;
  for (const char c : value) {
    if (is_space(c)) continue;
    while (i < source.size() && is_space(source[i])) ++i;
    if (i >= source.size() || source[i] != c) break;
    end = ++i;
  }
  return std::max(end, offset + 1);
}

bool is_prefixed_integer(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return false;
  const std::string_view digits = text.substr(2);
  if (text[1] == 'o') return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '7'; });
  if (text[1] != 'x') return false;
  return digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return true;
  const auto skip_digits = [&] {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
    text.remove_prefix(count);
    return count;
  };
  const std::size_t whole = skip_digits();
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = skip_digits();
  }
  if (whole + fraction == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  return text.empty();
}

}  // namespace

std::optional<Place> scalar_place(std::string_view source, std::size_t offset, std::string_view value) {
  if (offset >= source.size()) return Place{offset, 1};
  const char first = source[offset];
  if (first == '"' || first == '\'') {
    const auto end = end_of_quoted(source, offset);
    if (!end) return std::nullopt;
    return Place{offset, *end - offset};
  }
  if (first == '|' || first == '>') return Place{offset, 1};
  return Place{offset, end_of_plain(source, offset, value) - offset};
}

PlainMeaning meaning_of(std::string_view plain) {
  for (const std::string_view word : {"true", "True", "TRUE", "false", "False", "FALSE"}) {
    if (plain == word) return PlainMeaning::Boolean;
  }
  std::string_view digits = plain;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  const bool all_digits = !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit);
  if (all_digits && digits.size() <= 18 && (digits.size() == 1 || digits.front() != '0')) return PlainMeaning::Integer;
  const bool nan = plain == ".nan" || plain == ".NaN" || plain == ".NAN";
  if (nan || is_prefixed_integer(plain) || is_number(plain)) return PlainMeaning::Number;
  return PlainMeaning::Text;
}

Value scalar_value(const YamlNode& node) {
  if (node.style == YamlNode::Style::Quoted) return node.text;
  switch (meaning_of(node.text)) {
    case PlainMeaning::Boolean: return node.text.front() == 't' || node.text.front() == 'T';
    case PlainMeaning::Integer: {
      std::int64_t number = 0;
      std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
      return number;
    }
    case PlainMeaning::Text:
    case PlainMeaning::Number: break;
  }
  return node.text;
}

}  // namespace cowherd
