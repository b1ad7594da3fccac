// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/name.h"

#include <algorithm>

namespace cowherd {

namespace {

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

Result<ResourceName> ResourceName::make(std::string_view text) {
  const bool charset = std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
  if (text.empty() || text.size() > 63 || !charset || !is_alnum(text.front()) || !is_alnum(text.back())) {
    return fail(ErrorKind::Invalid, "'" + std::string(text.substr(0, 80)) + "' is not a name",
                "use 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit");
  }
  ResourceName name;
  name.text_ = text;
  return name;
}

Result<Uid> Uid::make(std::string_view text) {
  if (text.size() != 32 || !is_lower_hex(text)) {
    return fail(ErrorKind::Invalid, "'" + std::string(text.substr(0, 80)) + "' is not a uid (32 hex digits)");
  }
  Uid uid;
  uid.text_ = text;
  return uid;
}

Uid Uid::from_random(const std::array<std::uint8_t, 16>& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  Uid uid;
  for (const std::uint8_t byte : random) {
    uid.text_ += kHex[byte >> 4];
    uid.text_ += kHex[byte & 15];
  }
  return uid;
}

Result<Digest> Digest::make(std::string_view text) {
  if (text.size() != 64 || !is_lower_hex(text)) {
    return fail(ErrorKind::Invalid, "'" + std::string(text.substr(0, 80)) + "' is not a SHA-256",
                "write 64 lower-case hex digits, as sha256sum prints them");
  }
  Digest digest;
  digest.text_ = text;
  return digest;
}

}  // namespace cowherd
