// SPDX-License-Identifier: Apache-2.0
#include "resources/block/exception_store.h"

#include "resources/block/endian.h"

namespace cowherd {

namespace {

constexpr std::size_t kHeaderBytes = 16;
constexpr std::uint32_t kMagic = 0x70416e53;  // "SnAp"
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kChunkSectors = kChunk.value / 512;
constexpr std::uint64_t kEntriesPerArea = kChunk.value / 16;

tl::unexpected<Error> corrupt(const std::string& what) {
  return fail(ErrorKind::Corrupt, "read the header of the copy-on-write store: " + what,
              "the store is kept as it is; restore it from a snapshot or discard the disk");
}

}  // namespace

Result<StoreHeader> read_store_header(std::string_view first_bytes) {
  if (first_bytes.size() < kHeaderBytes) {
    return corrupt("it has " + std::to_string(first_bytes.size()) + " bytes, a header takes 16");
  }
  if (first_bytes.substr(0, kHeaderBytes) ==
      std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", kHeaderBytes)) {
    return StoreHeader::Fresh;
  }
  const std::uint32_t magic = read_le32(first_bytes, 0);
  const std::uint32_t valid = read_le32(first_bytes, 4);
  const std::uint32_t version = read_le32(first_bytes, 8);
  const std::uint32_t chunk = read_le32(first_bytes, 12);
  // The kernel looks at the magic alone, so a zero there is a fresh store to it, whatever follows.
  if (magic == 0) return corrupt("its magic was zeroed, the kernel would make it an empty disk");
  if (magic != kMagic) return corrupt("its magic is not that of a dm-snapshot store");
  if (version != kVersion) return corrupt("its version is " + std::to_string(version) + ", not 1");
  if (chunk != kChunkSectors) {
    return corrupt("its chunk size is " + std::to_string(chunk) + " sectors, not " +
                   std::to_string(kChunkSectors));
  }
  return valid != 0 ? StoreHeader::Valid : StoreHeader::Invalid;
}

std::string empty_store_front() {
  std::string front;
  for (const std::uint32_t word : {kMagic, std::uint32_t{1}, kVersion, kChunkSectors})
    append_le32(front, word);
  front.resize(2 * kChunk.value, '\0');
  return front;
}

std::string valid_flag() {
  std::string flag;
  append_le32(flag, 1);
  return flag;
}

Bytes store_size_that_cannot_overflow(Bytes device) {
  const std::uint64_t chunks = round_up(device, kChunk).value / kChunk.value;
  return Bytes{(chunks + chunks / kEntriesPerArea + 2) * kChunk.value};
}

Bytes store_size_within(Bytes limit) {
  const std::uint64_t chunks = limit.value / kChunk.value;
  const bool next_is_an_area = chunks > 1 && (chunks - 1) % (kEntriesPerArea + 1) == 0;
  return Bytes{(next_is_an_area ? chunks - 1 : chunks) * kChunk.value};
}

}  // namespace cowherd
