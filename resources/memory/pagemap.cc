// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/pagemap.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "resources/files/system_calls.h"
#include "resources/memory/fd_memory.h"
#include "resources/memory/process_maps.h"

namespace cowherd {

namespace {

constexpr std::uint64_t kPresent = 1ull << 63;
constexpr std::uint64_t kSwapped = 1ull << 62;
constexpr std::uint64_t kOfFile = 1ull << 61;
constexpr std::uint64_t kEntriesAtOnce = 1u << 16;  // the map of 256 MiB

void append_private(PageRanges& ranges, std::span<const std::uint64_t> entries, Bytes first) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool there = (entries[i] & (kPresent | kSwapped)) != 0;
    if (!there || (entries[i] & kOfFile) != 0) continue;
    const Bytes offset = first + Bytes{i * kPage.value};
    if (!ranges.empty() && ranges.back().end() == offset) {
      ranges.back().length = ranges.back().length + kPage;
    } else {
      ranges.push_back({offset, kPage});
    }
  }
}

}  // namespace

PageRanges private_pages(std::span<const std::uint64_t> entries) {
  PageRanges ranges;
  append_private(ranges, entries, {});
  return ranges;
}

Result<PageRanges> read_private_pages(int pid, std::uint64_t address, Bytes size) {
  const std::string path = "/proc/" + std::to_string(pid) + "/pagemap";
  if (address % kPage.value != 0 || size.value % kPage.value != 0) {
    return fail(ErrorKind::Invalid,
                "read '" + path + "' at " + std::to_string(address) + ": not whole pages");
  }
  if (::sysconf(_SC_PAGESIZE) != static_cast<long>(kPage.value)) {
    return fail(ErrorKind::Failed, "read '" + path + "': the pages of this host are not of 4096 bytes");
  }
  COWHERD_ASSIGN(const std::string maps, read_process_maps(pid));
  if (!is_mapped_privately(maps, address, size)) {
    return fail(ErrorKind::Invalid, "read '" + path + "' at " + std::to_string(address) +
                                        ": not all of the range is mapped privately");
  }
  COWHERD_ASSIGN(UniqueFd fd, open_path(path, O_RDONLY, "open"));
  constexpr std::uint64_t kEntry = sizeof(std::uint64_t);
  const FdMemory map(std::move(fd), Bytes{address / kPage.value * kEntry},
                     Bytes{size.value / kPage.value * kEntry}, path);
  PageRanges ranges;
  std::vector<std::uint64_t> entries(std::min(kEntriesAtOnce, size.value / kPage.value));
  for (Bytes at; at < map.size(); at = at + Bytes{entries.size() * kEntry}) {
    entries.resize(std::min(kEntriesAtOnce, (map.size() - at).value / kEntry));
    const std::span<char> raw(reinterpret_cast<char*>(entries.data()), entries.size() * kEntry);
    COWHERD_TRY(map.read(at, raw));
    append_private(ranges, entries, Bytes{at.value / kEntry * kPage.value});
  }
  return ranges;
}

}  // namespace cowherd
