// SPDX-License-Identifier: Apache-2.0
// A directory pinned by its descriptor, and what may be seen from there: nothing above it, whatever symlinks
// say, and nothing that blocks (FIFOs and devices are told apart before they are opened). Paths are relative
// to the root; "" is the root itself. Needs openat2(2) with RESOLVE_BENEATH, Linux 5.6. Calls block on the
// disk.
//
// Errors keep errno_value: EXDEV: the path leaves the root (an absolute symlink does, wherever it points).
// ENOENT, ENOTDIR, ELOOP: it leads nowhere. The kind is that of errno_error; Invalid: larger than the limit,
// or not a regular file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "resources/files/file_system.h"

namespace cowherd {

struct TreeText {
  std::string text{};
  FileStamp before{};  // of the open file; the text is whole only when both are equal
  FileStamp after{};
};

class ManifestTree {
 public:
  virtual ~ManifestTree() = default;
  // Entries sorted by name, symlinks not followed. Exhausted when there are more than most.
  virtual Result<std::vector<FileEntry>> list(const std::string& directory, std::size_t most) = 0;
  // Follows symlinks that stay beneath the root. `allocated` and `links` are not filled: delayed allocation
  // changes the first long after the last write.
  virtual Result<FileStamp> stat(const std::string& path) = 0;
  virtual Result<TreeText> read(const std::string& path, Bytes limit) = 0;
  // The type of what a path leads to, also when that lies outside the root: only its metadata is looked at.
  virtual Result<FileType> type_anywhere(const std::string& path) = 0;
  // Stale when the path the tree was opened by leads to another directory by now, or nowhere.
  virtual Status still_there() = 0;
};

class ManifestTrees {
 public:
  virtual ~ManifestTrees() = default;
  // Follows symlinks on the way to the directory. NotFound for ENOENT, Invalid when it is no directory.
  virtual Result<std::unique_ptr<ManifestTree>> open(const std::string& directory) = 0;
};

class HostTrees final : public ManifestTrees {
 public:
  Result<std::unique_ptr<ManifestTree>> open(const std::string& directory) override;
};

// Reads an open file from where it stands to its end; Invalid beyond the limit. what: for the message.
Result<std::string> read_open_file(int fd, Bytes limit, const std::string& what);

}  // namespace cowherd
