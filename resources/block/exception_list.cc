// SPDX-License-Identifier: Apache-2.0
#include "resources/block/exception_list.h"

#include <algorithm>

#include "resources/block/endian.h"
#include "resources/files/all_zero.h"

namespace cowherd {

namespace {

constexpr std::uint64_t kEntryBytes = 16;
constexpr std::uint64_t kEntriesPerArea = kChunk.value / kEntryBytes;
constexpr std::uint64_t kAreaStride = kEntriesPerArea + 1;
constexpr std::uint64_t kChunksOfAnyDisk = (1ull << 50) / kChunk.value;

std::uint64_t area_chunk(std::uint64_t area) { return 1 + area * kAreaStride; }
// Precondition: chunk > 0.
bool is_area(std::uint64_t chunk) { return (chunk - 1) % kAreaStride == 0; }

class Lister {
 public:
  Lister(FileReader& store, std::optional<Bytes> disk_size) : store_(store) {
    if (disk_size) disk_chunks_ = round_up(*disk_size, kChunk).value / kChunk.value;
  }

  Result<ExceptionList> list() {
    COWHERD_TRY(read_header());
    COWHERD_TRY(read_areas());
    check_new_chunks();
    check_old_chunks();
    return std::move(list_);
  }

 private:
  Status read_header() {
    COWHERD_ASSIGN(const FileStamp stamp, store_.stamp());
    COWHERD_ASSIGN(const std::string front, store_.read(Bytes{0}, kChunk));
    COWHERD_ASSIGN(const StoreHeader header, read_store_header(front));
    if (header == StoreHeader::Fresh) {
      return fail(ErrorKind::Corrupt, "read the header of the copy-on-write store: it is zeroed, what was written is lost",
                  "the kernel would make it an empty disk; restore it from a snapshot");
    }
    list_.valid = header == StoreHeader::Valid;
    list_.store_size = stamp.size;
    return {};
  }

  std::uint64_t store_chunks() const { return list_.store_size.value / kChunk.value; }

  Status read_areas() {
    for (bool ended = false; !ended; ++list_.areas) {
      const std::uint64_t chunk = area_chunk(list_.areas);
      COWHERD_ASSIGN(const std::string area, read_area(chunk));
      if (area.empty()) {
        problem([&] { return "the metadata area at chunk " + at(chunk) + " is not inside the file: the end marker is missing"; });
        return {};
      }
      COWHERD_ASSIGN(ended, add_area(area, chunk));
    }
    // The kernel zeroes an area before it fills the one in front of it: nothing is there yet.
    const std::uint64_t next = area_chunk(list_.areas);
    COWHERD_ASSIGN(const std::string behind, read_area(next));
    if (!all_zero(behind)) {
      problem([&] { return "the metadata area at chunk " + at(next) + " holds something behind the end marker: exceptions were lost"; });
    }
    return {};
  }

  // Empty when it is not wholly inside the file.
  Result<std::string> read_area(std::uint64_t chunk) {
    if (chunk >= store_chunks()) return std::string();
    COWHERD_ASSIGN(std::string area, store_.read(Bytes{chunk * kChunk.value}, kChunk));
    if (area.size() < kChunk.value) return fail(ErrorKind::Stale, "read the copy-on-write store: it became shorter meanwhile");
    return area;
  }

  // Whether the end marker stands in it.
  Result<bool> add_area(const std::string& area, std::uint64_t chunk) {
    for (std::size_t entry = 0; entry < kChunk.value; entry += kEntryBytes) {
      const ChunkException found{read_le64(area, entry), read_le64(area, entry + 8)};
      if (found.new_chunk == 0) {
        if (!all_zero(std::string_view(area).substr(entry))) {
          problem([&] { return "the metadata area at chunk " + at(chunk) + " holds something behind the end marker, at entry " +
                               std::to_string(entry / kEntryBytes); });
        }
        return true;
      }
      if (list_.exceptions.size() == kMostExceptions) {
        return fail(ErrorKind::Invalid,
                    "read the copy-on-write store: it has more than " + std::to_string(kMostExceptions) + " exceptions");
      }
      list_.exceptions.push_back(found);
    }
    return false;
  }

  void check_new_chunks() {
    auto& all = list_.exceptions;
    const auto by_new = [](const ChunkException& a, const ChunkException& b) { return a.new_chunk < b.new_chunk; };
    if (!std::is_sorted(all.begin(), all.end(), by_new)) std::sort(all.begin(), all.end(), by_new);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::uint64_t chunk = all[i].new_chunk;
      if (chunk >= store_chunks()) problem([&] { return "chunk " + at(chunk) + " is outside the file"; });
      if (is_area(chunk)) problem([&] { return "chunk " + at(chunk) + " is a metadata area, not data"; });
      if (i > 0 && chunk == all[i - 1].new_chunk) problem([&] { return "chunk " + at(chunk) + " is used twice"; });
    }
  }

  void check_old_chunks() {
    auto& all = list_.exceptions;
    std::sort(all.begin(), all.end(),
              [](const ChunkException& a, const ChunkException& b) { return a.old_chunk < b.old_chunk; });
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::uint64_t chunk = all[i].old_chunk;
      if (chunk >= disk_chunks_) problem([&] { return "disk chunk " + std::to_string(chunk) + " is outside the disk"; });
      if (i > 0 && chunk == all[i - 1].old_chunk) {
        problem([&] { return "disk chunk " + std::to_string(chunk) + " is changed twice"; });
      }
    }
  }

  static std::string at(std::uint64_t chunk) { return std::to_string(chunk); }

  template <class Text>
  void problem(Text text) {
    if (list_.problem_count++ < kMostProblemsTold) list_.problems.push_back(text());
  }

  FileReader& store_;
  std::uint64_t disk_chunks_ = kChunksOfAnyDisk;
  ExceptionList list_{};
};

}  // namespace

Result<ExceptionList> list_exceptions(FileReader& store, std::optional<Bytes> disk_size) {
  return Lister(store, disk_size).list();
}

void for_each_range(const ExceptionList& list, const std::function<void(const ChangedRange&)>& use) {
  const auto& all = list.exceptions;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    end = begin + 1;
    while (end < all.size() && all[end].old_chunk == all[end - 1].old_chunk + 1) ++end;
    use({Bytes{all[begin].old_chunk * kChunk.value}, Bytes{(end - begin) * kChunk.value}});
  }
}

}  // namespace cowherd
