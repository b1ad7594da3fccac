// SPDX-License-Identifier: Apache-2.0
// Integers in on-disk formats, byte by byte, so that neither the host's order nor alignment matters.
// Precondition of the readers: at + the integer's size <= bytes.size().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cowherd {

inline std::uint64_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

inline std::uint32_t read_le32(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | byte_at(bytes, at + i);
  return static_cast<std::uint32_t>(value);
}

inline std::uint64_t read_le64(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | byte_at(bytes, at + i);
  return value;
}

inline std::uint64_t read_be64(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | byte_at(bytes, at + i);
  return value;
}

inline std::uint32_t read_be32(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | byte_at(bytes, at + i);
  return static_cast<std::uint32_t>(value);
}

inline void append_le32(std::string& bytes, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(value >> shift & 0xff));
}

inline void append_le64(std::string& bytes, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(value >> shift & 0xff));
}

}  // namespace cowherd
