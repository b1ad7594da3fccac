// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/header.h"

#include <algorithm>
#include <set>

#include "resources/block/endian.h"

namespace cowherd {

namespace {

constexpr std::size_t kFrontBytes = 64;
constexpr std::size_t kRecordBytes = 40;
constexpr std::uint64_t kVersion = 1;
constexpr Bytes kFurthestStorage{1ull << 62};  // so that no sum of two offsets wraps

tl::unexpected<Error> corrupt(const std::string& what) {
  return fail(ErrorKind::Corrupt, "check the memory header: " + what,
              "the memory image is kept as it is; a disk boot does not need it");
}

std::string number(std::uint64_t value) { return std::to_string(value); }

tl::unexpected<Error> corrupt_record(std::size_t index, const Extent& extent, const std::string& what) {
  return corrupt("record " + number(index) + " (offset " + number(extent.offset.value) + ", length " +
                 number(extent.length.value) + ") " + what);
}

bool whole_pages(Bytes bytes) { return bytes.value % kPage.value == 0; }

Status check_front(const MemoryHeader& header) {
  if (header.size.value == 0 || header.size > kLargestMemory || !whole_pages(header.size)) {
    return corrupt("a memory of " + number(header.size.value) +
                   " bytes is none, too large or not whole pages");
  }
  if (header.generation > kLastGeneration)
    return corrupt("generation " + number(header.generation) + " is too high");
  if (header.build.is_zero() || header.base.is_zero()) return corrupt("its own build or its base has no id");
  if (header.extents.size() > kMostExtents) {
    return corrupt("it has " + number(header.extents.size()) + " records, at most " + number(kMostExtents));
  }
  return {};
}

Status check_extent(std::size_t index, const Extent& extent, Bytes expected, Bytes size) {
  if (extent.offset != expected) {
    return corrupt_record(index, extent,
                          "does not begin where the one before ends, at " + number(expected.value));
  }
  if (extent.length.value == 0 || !whole_pages(extent.length)) {
    return corrupt_record(index, extent, "is empty or not whole pages");
  }
  if (extent.length > size - extent.offset) {
    return corrupt_record(index, extent, "ends behind the memory of " + number(size.value) + " bytes");
  }
  if (!whole_pages(extent.storage) || extent.storage > kFurthestStorage) {
    return corrupt_record(index, extent, "has no possible place in a file: " + number(extent.storage.value));
  }
  if (extent.build.is_zero() && extent.storage.value != 0) {
    return corrupt_record(index, extent, "is zero and yet has a place in a file");
  }
  return {};
}

Extent read_record(std::string_view bytes, std::size_t at) {
  Extent extent;
  extent.offset = Bytes{read_le64(bytes, at)};
  extent.length = Bytes{read_le64(bytes, at + 8)};
  extent.build = BuildId::read(bytes, at + 16);
  // Other writers leave a running number in records of zeroes.
  if (!extent.build.is_zero()) extent.storage = Bytes{read_le64(bytes, at + 32)};
  return extent;
}

}  // namespace

Status check_header(const MemoryHeader& header) {
  COWHERD_TRY(check_front(header));
  Bytes expected;
  std::set<BuildId> builds;
  for (std::size_t i = 0; i < header.extents.size(); ++i) {
    const Extent& extent = header.extents[i];
    COWHERD_TRY(check_extent(i, extent, expected, header.size));
    expected = extent.end();
    if (!extent.build.is_zero()) builds.insert(extent.build);
    if (builds.size() > kMostBuilds) return corrupt("it names more than " + number(kMostBuilds) + " files");
  }
  if (expected != header.size) {
    return corrupt("its records end at " + number(expected.value) + " of " + number(header.size.value) +
                   " bytes");
  }
  return {};
}

Result<MemoryHeader> parse_header(std::string_view bytes) {
  if (bytes.size() < kFrontBytes)
    return corrupt("it has " + number(bytes.size()) + " bytes, at least 64 are needed");
  const std::uint64_t version = read_le64(bytes, 0);
  if (version != kVersion) return corrupt("its version is " + number(version) + ", not 1");
  const std::uint64_t block = read_le64(bytes, 8);
  if (block != kPage.value) return corrupt("its block size is " + number(block) + ", not 4096");
  if ((bytes.size() - kFrontBytes) % kRecordBytes != 0) return corrupt("its last record is cut short");
  const std::size_t records = (bytes.size() - kFrontBytes) / kRecordBytes;
  if (records > kMostExtents)
    return corrupt("it has " + number(records) + " records, at most " + number(kMostExtents));

  MemoryHeader header;
  header.size = Bytes{read_le64(bytes, 16)};
  header.generation = read_le64(bytes, 24);
  header.build = BuildId::read(bytes, 32);
  header.base = BuildId::read(bytes, 48);
  header.extents.reserve(records);
  for (std::size_t i = 0; i < records; ++i) {
    header.extents.push_back(read_record(bytes, kFrontBytes + i * kRecordBytes));
  }
  if (records == 0) header.extents.push_back({Bytes{}, header.size, header.build, Bytes{}});
  COWHERD_TRY(check_header(header));
  return header;
}

std::string print_header(const MemoryHeader& header) {
  std::string bytes;
  bytes.reserve(kFrontBytes + kRecordBytes * header.extents.size());
  for (const std::uint64_t word : {kVersion, kPage.value, header.size.value, header.generation}) {
    append_le64(bytes, word);
  }
  header.build.append_to(bytes);
  header.base.append_to(bytes);
  for (const Extent& extent : header.extents) {
    append_le64(bytes, extent.offset.value);
    append_le64(bytes, extent.length.value);
    extent.build.append_to(bytes);
    append_le64(bytes, extent.storage.value);
  }
  return bytes;
}

std::map<BuildId, Bytes> needed_lengths(const MemoryHeader& header) {
  std::map<BuildId, Bytes> lengths;
  for (const Extent& extent : header.extents) {
    if (extent.build.is_zero()) continue;
    Bytes& length = lengths[extent.build];
    length = std::max(length, extent.storage + extent.length);
  }
  return lengths;
}

const BuildId& legacy_build(const MemoryHeader& header) {
  return header.generation == 0 ? header.build : header.base;
}

}  // namespace cowherd
