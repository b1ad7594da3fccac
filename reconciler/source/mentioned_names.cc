// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/mentioned_names.h"

#include "resources/vocabulary/name.h"

namespace cowherd {

namespace {

constexpr std::string_view kKey = "name";
constexpr std::string_view kSpace = " \t\r\n";

bool is_label_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

std::string_view without_leading(std::string_view text, std::string_view bytes) {
  const std::size_t first = text.find_first_not_of(bytes);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

}  // namespace

std::set<std::string> mentioned_names(std::string_view text) {
  std::set<std::string> names;
  for (std::size_t at = text.find(kKey); at != std::string_view::npos;
       at = text.find(kKey, at + kKey.size())) {
    // Bounded, so that a text of nothing but spaces and keys is not read again from every key.
    std::string_view rest = text.substr(at + kKey.size(), 256);
    rest = without_leading(without_leading(rest, "\"'"), kSpace);
    if (!rest.starts_with(':')) continue;
    rest = without_leading(without_leading(rest.substr(1), kSpace), "\"'");
    std::size_t length = 0;
    while (length < rest.size() && is_label_byte(rest[length])) ++length;
    const std::string_view label = rest.substr(0, length);
    if (ResourceName::make(label)) names.emplace(label);
  }
  return names;
}

}  // namespace cowherd
