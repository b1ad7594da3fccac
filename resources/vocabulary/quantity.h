// SPDX-License-Identifier: Apache-2.0
// Sizes that carry their unit, and quantities as manifests spell them ("512Mi", "10Gi", "500M").
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "resources/vocabulary/result.h"

namespace cowherd {

struct Bytes {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Bytes&) const = default;
  constexpr Bytes operator+(Bytes other) const { return {value + other.value}; }
  // Saturates at zero.
  constexpr Bytes operator-(Bytes other) const { return {value > other.value ? value - other.value : 0}; }
};

constexpr Bytes operator""_KiB(unsigned long long n) { return {n << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {n << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {n << 30}; }

// 512-byte sectors, the unit of device-mapper tables.
struct Sectors {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Sectors&) const = default;
};

constexpr Bytes to_bytes(Sectors sectors) { return {sectors.value * 512}; }
// Invalid when the size is not a whole number of sectors.
Result<Sectors> to_sectors(Bytes bytes);
constexpr Bytes round_up(Bytes bytes, Bytes multiple) {
  return {(bytes.value + multiple.value - 1) / multiple.value * multiple.value};
}

// A number with a mandatory suffix: Ki Mi Gi Ti (powers of 1024) or k M G T (powers of 1000). Invalid otherwise,
// with a hint that names the likely spelling; overflow of 63 bits is Invalid.
Result<Bytes> parse_quantity(std::string_view text);
// The shortest exact spelling parse_quantity reads back ("1536Mi"); bytes that fit no suffix print as "<n>B" for people.
std::string print_quantity(Bytes bytes);

}  // namespace cowherd
