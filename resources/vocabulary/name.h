// SPDX-License-Identifier: Apache-2.0
// Names and identities whose form is checked when they are made.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "resources/vocabulary/result.h"

namespace cowherd {

// A DNS-1123 label: 1 to 63 of [a-z0-9-], begins and ends with a letter or digit (RFC 1123, RFC 1035 section 2.3.1).
class ResourceName {
 public:
  ResourceName() = default;
  static Result<ResourceName> make(std::string_view text);
  const std::string& str() const { return text_; }
  auto operator<=>(const ResourceName&) const = default;

 private:
  std::string text_{};
};

// 128 random bits as 32 lower-case hex digits; minted once, never reused.
class Uid {
 public:
  Uid() = default;
  static Result<Uid> make(std::string_view text);
  static Uid from_random(const std::array<std::uint8_t, 16>& random);
  const std::string& str() const { return text_; }
  std::string short12() const { return text_.substr(0, 12); }
  std::string short8() const { return text_.substr(0, 8); }
  auto operator<=>(const Uid&) const = default;

 private:
  std::string text_{};
};

// A SHA-256 as 64 lower-case hex digits.
class Digest {
 public:
  Digest() = default;
  static Result<Digest> make(std::string_view text);
  const std::string& str() const { return text_; }
  std::string short12() const { return text_.substr(0, 12); }
  std::string short8() const { return text_.substr(0, 8); }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Digest&) const = default;

 private:
  std::string text_{};
};

}  // namespace cowherd
