// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/process_maps.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <vector>

#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

constexpr std::size_t kMostBytes = 64u << 20;

struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool is_private = false;
};

std::optional<Mapping> parse_line(std::string_view line) {
  Mapping mapping;
  const char* const end = line.data() + line.size();
  const auto begin = std::from_chars(line.data(), end, mapping.begin, 16);
  if (begin.ec != std::errc{} || begin.ptr == end || *begin.ptr != '-') return std::nullopt;
  const auto stop = std::from_chars(begin.ptr + 1, end, mapping.end, 16);
  if (stop.ec != std::errc{} || end - stop.ptr < 5 || *stop.ptr != ' ') return std::nullopt;
  mapping.is_private = stop.ptr[4] == 'p';
  return mapping;
}

}  // namespace

Result<std::string> read_process_maps(int pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/maps";
  COWHERD_ASSIGN(const UniqueFd fd, open_path(path, O_RDONLY, "open"));
  std::string maps;
  std::vector<char> buffer(1u << 16);
  while (maps.size() <= kMostBytes) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(path_error(errno, "read", path));
    if (got == 0) return maps;
    maps.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return fail(ErrorKind::Exhausted, "read '" + path + "': it is larger than 64 MiB");
}

bool is_mapped_privately(std::string_view maps, std::uint64_t address, Bytes size) {
  std::uint64_t left = size.value;
  while (left > 0 && !maps.empty()) {
    const std::string_view line = maps.substr(0, maps.find('\n'));
    maps.remove_prefix(std::min(line.size() + 1, maps.size()));
    const std::optional<Mapping> mapping = parse_line(line);
    if (!mapping || address < mapping->begin || address >= mapping->end) continue;
    if (!mapping->is_private) return false;
    const std::uint64_t step = std::min(left, mapping->end - address);
    address += step;  // lines are sorted by address, so that the next part is further down
    left -= step;
  }
  return left == 0;
}

}  // namespace cowherd
