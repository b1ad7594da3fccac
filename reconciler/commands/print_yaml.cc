// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/print_yaml.h"

#include <algorithm>
#include <array>

#include "resources/files/json.h"

namespace cowherd {

namespace {

// Words a reader of YAML 1.1 or 1.2 takes for null, a boolean, a number or a merge key; compared in lower case.
constexpr std::array<std::string_view, 11> kWords{"null", "~",   "true", "false", "yes", "no",
                                                  "on",   "off", "y",    "n",     "<<"};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '/' ||
         c == '.' || c == '-';
}

// Plain text begins with a letter or a slash, so that no number, date or indicator can begin like it.
bool may_be_plain(const std::string& text) {
  if (text.empty() || text.size() > 200) return false;
  const char first = text.front();
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  if (!letter && first != '/') return false;
  if (!std::all_of(text.begin(), text.end(), is_word_char)) return false;
  std::string lowered = text;
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(kWords.begin(), kWords.end(), lowered) == kWords.end();
}

// Sizes and durations begin with digits; a letter at the end that is no exponent, base or infinity keeps them strings.
bool is_amount(const std::string& text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string::npos) return false;
  static constexpr std::array<std::string_view, 14> kUnits{"Ki", "Mi", "Gi", "Ti", "k", "M",  "G",
                                                           "T",  "ms", "s",  "m",  "h", "d", "w"};
  return std::find(kUnits.begin(), kUnits.end(), text.substr(digits)) != kUnits.end();
}

// A JSON string is a double-quoted scalar of YAML 1.2, but for DEL, which YAML wants escaped.
std::string double_quoted(const std::string& text) {
  std::string result;
  for (const char c : print_json(Value(text), JsonStyle::Compact)) {
    if (c == 0x7F) {
      result += "\\x7f";
    } else {
      result += c;
    }
  }
  return result;
}

std::string scalar(const std::string& text) {
  return may_be_plain(text) || is_amount(text) ? text : double_quoted(text);
}

bool is_block(const Value& value) {
  const bool filled_map = value.as_map() != nullptr && !value.as_map()->empty();
  const bool filled_list = value.as_list() != nullptr && !value.as_list()->empty();
  return filled_map || filled_list;
}

std::string inline_text(const Value& value) {
  if (const auto* flag = value.as_bool()) return *flag ? "true" : "false";
  if (const auto* number = value.as_integer()) return std::to_string(*number);
  if (const auto* text = value.as_string()) return scalar(*text);
  if (value.as_list() != nullptr) return "[]";
  if (value.as_map() != nullptr) return "{}";
  return "null";
}

// The lines of a filled mapping or list. The first line stands where the caller's indent already is.
std::string block(const Value& value, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string text;
  if (const auto* members = value.as_map()) {
    for (const Value::Member& member : *members) {
      text += (text.empty() ? "" : margin) + scalar(member.first) + ":";
      if (!is_block(member.second)) {
        text += " " + inline_text(member.second) + "\n";
      } else {
        text += "\n" + margin + "  " + block(member.second, indent + 2);
      }
    }
    return text;
  }
  for (const Value& item : *value.as_list()) {
    text += (text.empty() ? "" : margin) + "- ";
    text += is_block(item) ? block(item, indent + 2) : inline_text(item) + "\n";
  }
  return text;
}

}  // namespace

std::string print_yaml(const Value& value) { return is_block(value) ? block(value, 0) : inline_text(value) + "\n"; }

}  // namespace cowherd
