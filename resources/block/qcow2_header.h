// SPDX-License-Identifier: Apache-2.0
// The header of a qcow2 image as QEMU's docs/interop/qcow2.txt lays it out, big endian: 72 bytes in version
// 2, 104 or more in version 3, then header extensions {u32 type, u32 length, data padded to 8} and the name
// of the backing file, all within the first cluster. Pure; every offset and length is checked, so any bytes
// may be given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// Bits of incompatible_features.
inline constexpr std::uint64_t kQcow2Dirty = 1u << 0;
inline constexpr std::uint64_t kQcow2Corrupt = 1u << 1;
inline constexpr std::uint64_t kQcow2ExternalData = 1u << 2;
inline constexpr std::uint64_t kQcow2CompressionType = 1u << 3;
inline constexpr std::uint64_t kQcow2ExtendedL2 = 1u << 4;

struct Qcow2Header {
  std::uint32_t version = 0;
  Bytes virtual_size{};
  std::uint32_t crypt_method = 0;  // 0: none
  std::uint64_t incompatible = 0;
  std::string backing_file{};    // "" when it has none
  std::string backing_format{};  // "" when none is recorded
  bool operator==(const Qcow2Header&) const = default;
};

bool has_qcow2_magic(std::string_view bytes);

// Invalid for a header that is cut short, of another version, or beyond the limits QEMU itself keeps; what
// remains is well-formed, not yet acceptable.
Result<Qcow2Header> parse_qcow2_header(std::string_view bytes);

}  // namespace cowherd
