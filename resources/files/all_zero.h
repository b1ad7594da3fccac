// SPDX-License-Identifier: Apache-2.0
// Whether a block holds nothing but zeroes, as fast as memcmp(3).
#pragma once

#include <cstring>
#include <string_view>

namespace cowherd {

inline bool all_zero(std::string_view block) {
  return block.empty() || (block.front() == 0 && std::memcmp(block.data(), block.data() + 1, block.size() - 1) == 0);
}

}  // namespace cowherd
