// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/guest_memory.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>

#include "resources/files/linux_file_system.h"
#include "resources/memory/fd_memory.h"
#include "resources/memory/pagemap.h"
#include "resources/memory/process_maps.h"

namespace cowherd {
namespace {

struct FileMapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;
  std::uint64_t inode = 0;
  bool is_private_and_writable = false;
};

// "7f00a000-7f00b000 rw-p 00001000 fe:01 1234   /path"
std::optional<FileMapping> parse_mapping(const std::string& line) {
  FileMapping mapping;
  unsigned long long begin = 0, end = 0, offset = 0, inode = 0;
  std::array<char, 5> permissions{};
  const int found = std::sscanf(line.c_str(), "%llx-%llx %4s %llx %*x:%*x %llu", &begin, &end, permissions.data(),
                                &offset, &inode);
  if (found != 5) return std::nullopt;
  mapping.begin = begin;
  mapping.end = end;
  mapping.offset = offset;
  mapping.inode = inode;
  mapping.is_private_and_writable = permissions[1] == 'w' && permissions[3] == 'p';
  return mapping;
}

std::string link_text(const std::string& path) {
  std::string text(256, '\0');
  const ssize_t got = ::readlink(path.c_str(), text.data(), text.size());
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

Result<GuestMemory> open_memfd(const VmRecord& record) {
  const std::string directory = "/proc/" + std::to_string(record.process.pid) + "/fd";
  LinuxFileSystem files;
  COWHERD_ASSIGN(const std::vector<FileEntry> entries, files.list(directory));
  for (const FileEntry& entry : entries) {
    const std::string path = directory + "/" + entry.name;
    if (link_text(path).rfind("/memfd:", 0) != 0) continue;
    Result<FdMemory> memory = open_memory(path);
    if (!memory || memory->size() != record.memory) continue;
    return GuestMemory{std::make_unique<FdMemory>(*std::move(memory)), std::nullopt};
  }
  return fail(ErrorKind::Failed, "pid " + std::to_string(record.process.pid) + " has no memfd of " +
                                     print_quantity(record.memory));
}

Result<GuestMemory> open_mapping(const VmRecord& record) {
  const int pid = record.process.pid;
  COWHERD_ASSIGN(const std::string maps, read_process_maps(pid));
  COWHERD_ASSIGN(const std::uint64_t address,
                 find_image_mapping(maps, record.image->inode, record.memory)
                     .in("looking for '" + record.image->path + "' in pid " + std::to_string(pid)));
  COWHERD_ASSIGN(FdMemory memory, open_process_memory(pid, address, record.memory));
  COWHERD_ASSIGN(PageRanges changed, read_private_pages(pid, address, record.memory));
  return GuestMemory{std::make_unique<FdMemory>(std::move(memory)), std::move(changed)};
}

}  // namespace

Result<std::uint64_t> find_image_mapping(std::string_view maps, std::uint64_t inode, Bytes size) {
  bool whole = false;  // from the file's beginning without a gap: what lies between begin and end
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  while (!maps.empty()) {
    const std::string line(maps.substr(0, maps.find('\n')));
    maps.remove_prefix(std::min(line.size() + 1, maps.size()));
    const std::optional<FileMapping> mapping = parse_mapping(line);
    if (!mapping) continue;
    const bool ours = mapping->inode == inode && mapping->is_private_and_writable;
    const bool goes_on = whole && mapping->begin == end && mapping->offset == end - begin;
    if (ours && mapping->offset == 0) begin = mapping->begin;
    whole = ours && (mapping->offset == 0 || goes_on);
    end = mapping->end;
    if (whole && end - begin == size.value) return begin;
  }
  return fail(ErrorKind::Failed, "no private mapping of inode " + std::to_string(inode) + " is of " +
                                     std::to_string(size.value) + " bytes");
}

Result<GuestMemory> open_guest_memory(const VmRecord& record) {
  const auto doing = [&] { return "opening the memory of sandbox '" + record.name + "'"; };
  return (record.image ? open_mapping(record) : open_memfd(record)).in(doing());
}

}  // namespace cowherd
