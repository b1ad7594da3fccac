// SPDX-License-Identifier: Apache-2.0
// The identity of one memory file: the 16 raw bytes of a UUID in the order of its text (RFC 4122, no swapped
// fields). The zero id stands for "these bytes are zero, no file".
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "resources/vocabulary/name.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

class BuildId {
 public:
  static constexpr std::size_t kBytes = 16;

  BuildId() = default;  // zero
  // "11111111-2222-3333-4444-555555555555", lower case; else Invalid.
  static Result<BuildId> make(std::string_view text);
  static BuildId from_uid(const Uid& uid);
  // Precondition: at + kBytes <= bytes.size().
  static BuildId read(std::string_view bytes, std::size_t at);

  void append_to(std::string& bytes) const;
  std::string str() const;
  bool is_zero() const { return high_ == 0 && low_ == 0; }
  auto operator<=>(const BuildId&) const = default;

 private:
  std::uint64_t high_ = 0;  // the first eight bytes as a big-endian number
  std::uint64_t low_ = 0;
};

}  // namespace cowherd
