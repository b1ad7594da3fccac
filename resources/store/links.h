// SPDX-License-Identifier: Apache-2.0
// What files stand on, as the files themselves say it: qcow2 overlays on their backing files, a memory header on the
// memory files it names. Reads headers only; blocks on the disk.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/block/image_tools.h"
#include "resources/files/file_system.h"

namespace cowherd {

struct LinkedFile {
  std::string path{};
  FileId id{};
  bool operator==(const LinkedFile&) const = default;
};

// Everything below a disk's own file, nearest first.
struct DiskChain {
  std::string disk{};
  std::vector<LinkedFile> links{};
  std::optional<Error> broken{};  // why it could not be followed to its end: a file that is missing, a cycle, no header
  bool operator==(const DiskChain&) const = default;
};

// However deep. Nothing when the overlay itself is not there.
std::optional<DiskChain> follow_chain(FileSystem& files, ImageTools& images, const std::string& overlay);

// A memory generation and the files its header names, by build.
struct MemoryLinks {
  std::string build{};
  std::map<std::string, LinkedFile> files{};
  std::optional<Error> broken{};  // a file is missing or too short, or the header cannot be read
  bool operator==(const MemoryLinks&) const = default;
};

// Nothing when the directory has no header. Reads the whole header, which may be many megabytes.
std::optional<MemoryLinks> read_memory_links(FileSystem& files, const std::string& directory);

}  // namespace cowherd
