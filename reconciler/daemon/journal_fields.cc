// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/journal_fields.h"

#include <algorithm>
#include <optional>

#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr std::string_view kKeyLetters = "abcdefghijklmnopqrstuvwxyz_";

std::string field_of(std::string_view key) {
  std::string field = "COWHERD_";
  for (const char c : key) field += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
  return field;
}

// How long the value is that the text begins with.
std::size_t length_of_value(std::string_view text) {
  if (!text.starts_with('"')) return std::min(text.find(' '), text.size());
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

std::optional<std::string> value_of(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  const Result<Value> value = parse_json(text);
  if (!value || value->as_string() == nullptr) return std::nullopt;
  return *value->as_string();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> journal_fields(std::string_view line) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!line.empty()) {
    const std::size_t key = line.find_first_not_of(kKeyLetters);
    if (key == 0 || key == std::string_view::npos || line[key] != '=') break;
    const std::string_view rest = line.substr(key + 1);
    const std::size_t length = length_of_value(rest);
    const std::optional<std::string> value = value_of(rest.substr(0, length));
    if (!value) break;
    fields.emplace_back(field_of(line.substr(0, key)), *value);
    line = rest.substr(std::min(length + 1, rest.size()));
  }
  return fields;
}

}  // namespace cowherd
