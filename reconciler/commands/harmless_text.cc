// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/harmless_text.h"

#include <array>
#include <cstdio>
#include <optional>

#include "resources/manifest/utf8.h"

namespace cowherd {

namespace {

constexpr char kEscape = '\x1b';
constexpr std::size_t kLongestSequence = 64;

struct Shown {
  std::string text{};
  std::size_t length = 0;  // of what it was made from
};

std::string caret(unsigned char control) { return {'^', static_cast<char>(control ^ 0x40)}; }

template <class... Values>
std::string printed(const char* format, Values... values) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

// ECMA-48: ESC [, parameters, intermediates, one final byte; "m" is colour and weight. Nothing: its end is not here yet.
std::optional<Shown> shown_escape(std::string_view bytes) {
  if (bytes.size() == 1) return std::nullopt;
  if (bytes[1] != '[') return Shown{caret(kEscape), 1};
  std::size_t end = 2;
  while (end < bytes.size() && bytes[end] >= 0x20 && bytes[end] <= 0x3f) ++end;
  if (end >= kLongestSequence) return Shown{caret(kEscape), 1};
  if (end == bytes.size()) return std::nullopt;
  return bytes[end] == 'm' ? Shown{"", end + 1} : Shown{caret(kEscape), 1};
}

// Before a line's end, however many: nothing.
std::optional<Shown> shown_return(std::string_view bytes) {
  const std::size_t next = std::min(bytes.find_first_not_of('\r'), bytes.size());
  if (next == bytes.size() && next < kLongestSequence) return std::nullopt;
  if (next < bytes.size() && bytes[next] == '\n') return Shown{"", next};
  return Shown{caret('\r'), 1};
}

std::optional<Shown> shown_wide(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes.front());
  const CodePoint point = decode_utf8(bytes);
  if (point.length > 0) {
    const bool is_control = point.value <= 0x9f || turns_direction(point.value);
    if (is_control) return Shown{printed("<U+%04X>", static_cast<unsigned>(point.value)), point.length};
    return Shown{std::string(bytes.substr(0, point.length)), point.length};
  }
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const bool may_go_on = first >= 0xc2 && first <= 0xf4 && bytes.size() < length;
  if (may_go_on) return std::nullopt;
  return Shown{printed("\\x%02x", static_cast<unsigned>(first)), 1};
}

std::optional<Shown> shown_first(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes.front());
  if (first == '\n' || first == '\t' || (first >= 0x20 && first < 0x7f)) return Shown{std::string(1, bytes.front()), 1};
  if (first == '\r') return shown_return(bytes);
  if (bytes.front() == kEscape) return shown_escape(bytes);
  if (first >= 0x80) return shown_wide(bytes);
  return Shown{caret(first), 1};
}

}  // namespace

std::string HarmlessText::take(std::string_view bytes) {
  waiting_ += bytes;
  std::string text;
  std::string_view left = waiting_;
  while (!left.empty()) {
    const std::optional<Shown> shown = shown_first(left);
    if (!shown) break;
    text += shown->text;
    left.remove_prefix(shown->length);
  }
  waiting_ = std::string(left);
  return text;
}

std::string HarmlessText::rest() {
  std::string text;
  for (const char byte : waiting_) {
    const auto value = static_cast<unsigned char>(byte);
    if (value >= 0x80) {
      text += printed("\\x%02x", static_cast<unsigned>(value));
    } else if (value != '\r') {
      text += value < 0x20 ? caret(value) : std::string(1, byte);
    }
  }
  waiting_.clear();
  return text;
}

}  // namespace cowherd
