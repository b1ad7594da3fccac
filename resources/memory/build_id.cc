// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/build_id.h"

#include "resources/block/endian.h"

namespace cowherd {

namespace {

void append_be64(std::string& bytes, std::uint64_t value) {
  for (int shift = 64; shift > 0;) bytes.push_back(static_cast<char>(value >> (shift -= 8) & 0xff));
}

char hex_digit(std::uint64_t nibble) { return "0123456789abcdef"[nibble & 15]; }

// -1 when it is none.
int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool dash_at(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

}  // namespace

BuildId BuildId::read(std::string_view bytes, std::size_t at) {
  BuildId id;
  id.high_ = read_be64(bytes, at);
  id.low_ = read_be64(bytes, at + 8);
  return id;
}

void BuildId::append_to(std::string& bytes) const {
  append_be64(bytes, high_);
  append_be64(bytes, low_);
}

Result<BuildId> BuildId::make(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorKind::Invalid, "'" + std::string(text.substr(0, 80)) + "' is not a UUID in lower case");
  };
  if (text.size() != 36) return refuse();
  BuildId id;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dash_at(i) != (text[i] == '-')) return refuse();
    if (text[i] == '-') continue;
    const int digit = digit_value(text[i]);
    if (digit < 0) return refuse();
    id.high_ = id.high_ << 4 | id.low_ >> 60;
    id.low_ = id.low_ << 4 | static_cast<std::uint64_t>(digit);
  }
  return id;
}

BuildId BuildId::from_uid(const Uid& uid) {
  BuildId id;
  for (const char c : uid.str()) {
    id.high_ = id.high_ << 4 | id.low_ >> 60;
    id.low_ = id.low_ << 4 | static_cast<std::uint64_t>(digit_value(c));
  }
  return id;
}

std::string BuildId::str() const {
  std::string text;
  for (const std::uint64_t half : {high_, low_}) {
    for (int shift = 64; shift > 0;) {
      if (dash_at(text.size())) text.push_back('-');
      text.push_back(hex_digit(half >> (shift -= 4)));
    }
  }
  return text;
}

}  // namespace cowherd
