// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: the bytes as text, and properties that must hold for any of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace cowherd::testing {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the run with this input as a finding; assert() is off in optimised builds.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace cowherd::testing
