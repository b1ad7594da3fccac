// SPDX-License-Identifier: Apache-2.0
// `memfile.header`, version 1: the map from guest memory to memory files, as wrenn and E2B (versions 1 to 3)
// write it. Little endian, UUIDs as raw bytes. 64 bytes: u64 version (1), u64 block size (4096), u64 memory
// size, u64 generation, build, base build. Then records of 40 bytes to the end of the file: u64 offset, u64
// length, build, u64 offset in that build's file. No count, no checksum, no magic: only the checks below tell
// a header from noise.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "resources/memory/extents.h"

namespace cowherd {

// The same limits hold for writing and for reading, so that no header is written that cannot be read.
inline constexpr Bytes kLargestMemory = Bytes{1ull << 44};  // 16 TiB
inline constexpr std::size_t kMostExtents = 8u << 20;       // every second page of 64 GiB
inline constexpr std::size_t kMostBuilds = 4096;            // files that a restore opens
inline constexpr std::uint64_t kLastGeneration = 1'000'000'000;
inline constexpr Bytes kLargestHeader{64 + 40 * kMostExtents};

struct MemoryHeader {
  Bytes size{};                  // of guest memory
  std::uint64_t generation = 0;  // 0 for one that has no parent; a compaction begins anew
  BuildId build{};               // the newest generation
  BuildId base{};                // generation 0 of this chain
  Extents extents{};
  bool operator==(const MemoryHeader&) const = default;
};

// Corrupt, saying what and where, unless it passes check_header. A header without records is one raw file of
// its own build. What a zero record says of a place in a file is dropped.
Result<MemoryHeader> parse_header(std::string_view bytes);

// Precondition: check_header passes. parse_header(print_header(h)) == h.
std::string print_header(const MemoryHeader& header);

// Corrupt unless the extents are page-aligned, sorted, contiguous, cover the memory exactly, and everything
// is within the limits above.
Status check_header(const MemoryHeader& header);

// How long the file of each build must at least be. No entry for zero.
std::map<BuildId, Bytes> needed_lengths(const MemoryHeader& header);

// The build that a legacy file named plain `memfile` holds: generation 0 of the chain, and nothing else.
const BuildId& legacy_build(const MemoryHeader& header);

}  // namespace cowherd
