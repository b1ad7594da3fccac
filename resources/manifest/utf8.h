// SPDX-License-Identifier: Apache-2.0
// UTF-8 one code point at a time (RFC 3629).
#pragma once

#include <cstdint>
#include <string_view>

namespace cowherd {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  // in bytes; 0: not UTF-8
};

// The first one of a text that is not empty. No overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint decode_utf8(std::string_view text);

// Embeddings, overrides and isolates: a line with them can look like another one.
bool turns_direction(std::uint32_t code_point);

}  // namespace cowherd
