// SPDX-License-Identifier: Apache-2.0
// Everything a persistent exception store (exception_store.h) says about its disk, read in one pass over the metadata
// areas and judged. Needs no device and no root. Reads at most 4 KiB for every 256 exceptions, whatever the size of the
// file; keeps 16 bytes for each.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "resources/block/exception_store.h"
#include "resources/files/file_parts.h"

namespace cowherd {

// 256 GiB of changed chunks, 1 GiB of memory.
inline constexpr std::uint64_t kMostExceptions = 1ull << 26;
inline constexpr std::size_t kMostProblemsTold = 20;

struct ChunkException {
  std::uint64_t old_chunk = 0;  // of the disk
  std::uint64_t new_chunk = 0;  // of the store: where the disk's chunk is now
  bool operator==(const ChunkException&) const = default;
};

struct ExceptionList {
  bool valid = true;  // the header's flag: the kernel clears it when it gives a store up
  Bytes store_size{};
  std::uint64_t areas = 0;                   // metadata areas, up to the one that holds the end marker
  std::vector<ChunkException> exceptions{};  // by old chunk
  std::uint64_t problem_count = 0;           // the flag is not one of them
  std::vector<std::string> problems{};       // the first kMostProblemsTold
};

// Problems are: a metadata area that does not lie inside the file, so that the end marker is missing; something behind
// the end marker; a new chunk outside the file, in a metadata area, or used twice; an old chunk outside the disk (or
// outside any disk, when its size is not known) or changed twice.
// Corrupt: no header of a store, or a zeroed one, which the kernel would make an empty disk. Invalid: more exceptions
// than kMostExceptions.
Result<ExceptionList> list_exceptions(FileReader& store, std::optional<Bytes> disk_size);

// Changed parts of the disk, front to back, neighbours joined. Precondition: no problems.
struct ChangedRange {
  Bytes offset{};
  Bytes length{};
  bool operator==(const ChangedRange&) const = default;
};
void for_each_range(const ExceptionList& list, const std::function<void(const ChangedRange&)>& use);

}  // namespace cowherd
