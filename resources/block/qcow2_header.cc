// SPDX-License-Identifier: Apache-2.0
#include "resources/block/qcow2_header.h"

#include <algorithm>

#include "resources/block/endian.h"

namespace cowherd {

namespace {

constexpr std::string_view kMagic{"QFI\xfb", 4};
constexpr std::size_t kVersion2Bytes = 72;
constexpr std::size_t kVersion3Bytes = 104;
constexpr std::uint32_t kBackingFormat = 0xe2792aca;
constexpr std::uint32_t kEndOfExtensions = 0;
constexpr std::uint64_t kLongestName = 1023;
constexpr std::uint64_t kLargestL1 = (32u << 20) / 8;  // entries; QCOW_MAX_L1_SIZE of QEMU's block/qcow2.h
constexpr Bytes kLargestImage{64ull << 40};

tl::unexpected<Error> refused(const std::string& why) {
  return fail(ErrorKind::Invalid, "read the qcow2 header: " + why);
}

Status check_size(const Qcow2Header& header, std::uint32_t l1_size) {
  const std::uint64_t size = header.virtual_size.value;
  if (size == 0) return refused("the image is empty");
  if (header.virtual_size > kLargestImage) {
    return refused("a size of " + std::to_string(size) + " bytes is beyond 64Ti");
  }
  if (size % 512 != 0)
    return refused("a size of " + std::to_string(size) + " bytes is no whole number of sectors");
  if (l1_size > kLargestL1)
    return refused("its table of " + std::to_string(l1_size) + " entries is too large");
  return {};
}

// The bytes between header and backing file name that belong to extensions, walked until the end mark.
Result<std::string> find_backing_format(std::string_view bytes, std::size_t at, std::uint64_t end) {
  while (at + 8 <= end) {
    const std::uint32_t type = read_be32(bytes, at);
    const std::uint64_t length = read_be32(bytes, at + 4);
    at += 8;
    if (type == kEndOfExtensions) return std::string{};
    if (length > end - at) return refused("a header extension runs past its first cluster");
    if (type == kBackingFormat) return std::string(bytes.substr(at, static_cast<std::size_t>(length)));
    at += static_cast<std::size_t>((length + 7) / 8 * 8);
  }
  return std::string{};
}

struct Spans {
  std::size_t header = 0;   // bytes of the fixed part
  std::uint64_t first = 0;  // bytes of the first cluster at hand
};

Result<Spans> measure(std::string_view bytes, std::uint32_t version) {
  const std::uint32_t cluster_bits = read_be32(bytes, 20);
  if (cluster_bits < 9 || cluster_bits > 21) {
    return refused("clusters of 2^" + std::to_string(cluster_bits) + " bytes are not allowed");
  }
  const std::uint64_t first = std::min<std::uint64_t>(bytes.size(), 1ull << cluster_bits);
  if (version == 2) return Spans{kVersion2Bytes, first};
  if (bytes.size() < kVersion3Bytes) return refused("it is cut short");
  const std::uint32_t length = read_be32(bytes, 100);
  if (length < kVersion3Bytes || length % 8 != 0 || length > first) {
    return refused("a header of " + std::to_string(length) + " bytes is not allowed");
  }
  return Spans{length, first};
}

struct Backing {
  std::string file{};
  std::string format{};
};

Result<Backing> read_backing(std::string_view bytes, const Spans& spans) {
  const std::uint64_t offset = read_be64(bytes, 8);
  const std::uint64_t length = read_be32(bytes, 16);
  if (offset == 0) return Backing{};
  if (length == 0 || length > kLongestName || offset < spans.header || offset > spans.first ||
      length > spans.first - offset) {
    return refused("the name of its backing file does not lie in its first cluster");
  }
  const std::string_view file =
      bytes.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
  COWHERD_ASSIGN(std::string format, find_backing_format(bytes, spans.header, offset));
  return Backing{std::string(file), std::move(format)};
}

}  // namespace

bool has_qcow2_magic(std::string_view bytes) { return bytes.substr(0, kMagic.size()) == kMagic; }

Result<Qcow2Header> parse_qcow2_header(std::string_view bytes) {
  if (!has_qcow2_magic(bytes)) return refused("it has no qcow2 magic");
  if (bytes.size() < kVersion2Bytes) return refused("it is cut short");
  Qcow2Header header;
  header.version = read_be32(bytes, 4);
  if (header.version != 2 && header.version != 3) {
    return refused("version " + std::to_string(header.version) + " is not known, only 2 and 3 are");
  }
  COWHERD_ASSIGN(const Spans spans, measure(bytes, header.version));
  header.virtual_size = Bytes{read_be64(bytes, 24)};
  header.crypt_method = read_be32(bytes, 32);
  COWHERD_TRY(check_size(header, read_be32(bytes, 36)));
  if (header.version == 3) header.incompatible = read_be64(bytes, 72);
  COWHERD_ASSIGN(Backing backing, read_backing(bytes, spans));
  header.backing_file = std::move(backing.file);
  header.backing_format = std::move(backing.format);
  return header;
}

}  // namespace cowherd
