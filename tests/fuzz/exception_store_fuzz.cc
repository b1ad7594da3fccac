// SPDX-License-Identifier: Apache-2.0
// Any bytes as an exception store: what the kernel would take for a fresh one is never called anything else, and a list
// without problems is one that can be flattened: every chunk once, inside the file, data and not metadata.
#include <algorithm>
#include <set>

#include "resources/block/exception_list.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

class MemoryReader final : public FileReader {
 public:
  explicit MemoryReader(std::string_view bytes) : bytes_(bytes) {}
  Result<FileStamp> stamp() override {
    FileStamp stamp;
    stamp.size = Bytes{bytes_.size()};
    return stamp;
  }
  Result<std::string> read(Bytes offset, Bytes count) override {
    if (offset.value >= bytes_.size()) return std::string();
    return std::string(bytes_.substr(offset.value, count.value));
  }
  Writers writers() override { return Writers::CannotTell; }

 private:
  std::string_view bytes_;
};

void check_header(std::string_view bytes) {
  const auto header = read_store_header(bytes);
  const bool zero_magic = bytes.size() >= 4 && bytes.substr(0, 4) == std::string_view("\0\0\0\0", 4);
  if (header && zero_magic) require(*header == StoreHeader::Fresh);
  if (header && *header == StoreHeader::Fresh) require(zero_magic);
  if (!header) require(header.error().kind == ErrorKind::Corrupt);
}

void check_list(std::string_view bytes) {
  constexpr Bytes kDisk = 16_MiB;
  MemoryReader reader(bytes);
  const auto listed = list_exceptions(reader, kDisk);
  if (!listed) {
    require(listed.error().kind == ErrorKind::Corrupt);
    return;
  }
  require(listed->problems.size() == std::min<std::uint64_t>(listed->problem_count, kMostProblemsTold));
  if (listed->problem_count > 0) return;
  std::set<std::uint64_t> used;
  Bytes changed;
  for (const ChunkException& one : listed->exceptions) {
    require(used.insert(one.new_chunk).second);
    require((one.new_chunk + 1) * kChunk.value <= bytes.size());
    require(one.new_chunk > 1 && (one.new_chunk - 1) % 257 != 0);
  }
  Bytes behind;
  for_each_range(*listed, [&](const ChangedRange& range) {
    require(range.offset >= behind && range.length > Bytes{});
    behind = range.offset + range.length;
    changed = changed + range.length;
  });
  require(behind <= kDisk && changed.value == listed->exceptions.size() * kChunk.value);
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cowherd::testing::as_text(data, size);
  cowherd::testing::check_header(bytes);
  cowherd::testing::check_list(bytes);
  return 0;
}
