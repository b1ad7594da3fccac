// SPDX-License-Identifier: Apache-2.0
// The seam to the files of the state directory: few operations, each one step that may be the last before power is
// lost. Nothing is durable before sync() of the file, and no name is durable before sync() of its directory; the fake
// (tests/fakes/fake_file_system.h) loses what was not synced. Paths are absolute. Every call may block on the disk.
//
// Errors: NotFound only for ENOENT and ENOTDIR; Exhausted for a full file system; Denied; Busy; Failed for the rest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

enum class FileType { Regular, Directory, Symlink, Other };

// Identity of a file that survives rename: device and inode (stat(2)).
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};

// What tells one state of a file from another without reading it.
struct FileStamp {
  FileId id{};
  FileType type = FileType::Regular;
  Bytes size{};
  Bytes allocated{};  // st_blocks * 512: what it really takes
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t links = 1;
  bool operator==(const FileStamp&) const = default;
};

struct FileEntry {
  std::string name{};
  FileType type = FileType::Regular;
  bool operator==(const FileEntry&) const = default;
};

struct SpaceInfo {
  Bytes total{};
  Bytes available{};  // to this user (statvfs f_bavail)
};

// renameat2(2). NoReplace: Busy when the target exists. Exchange: both names exist and change places in one step.
enum class RenameMode { Replace, NoReplace, Exchange };

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Entries sorted by name, without "." and "..".
  virtual Result<std::vector<FileEntry>> list(const std::string& directory) = 0;
  // Does not follow a symlink at the end of the path.
  virtual Result<FileStamp> stat(const std::string& path) = 0;
  // The whole file; Invalid when it is larger than limit.
  virtual Result<std::string> read(const std::string& path, Bytes limit) = 0;
  // Creates the file (0600) or replaces its content, not durable, not atomic: publish by write, sync, rename, sync.
  virtual Status write(const std::string& path, std::string_view content) = 0;
  // Sets the length (creating the file, 0600, when absent); growth is a hole.
  virtual Status resize(const std::string& path, Bytes size) = 0;
  // fsync(2) of a file or a directory. A failure is a failure: the content must be taken as lost.
  virtual Status sync(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to, RenameMode mode) = 0;
  // One level, 0700. An existing directory is success.
  virtual Status make_directory(const std::string& path) = 0;
  // Hard link; Busy when the new name exists.
  virtual Status link(const std::string& existing, const std::string& name) = 0;
  // A file, a symlink or an empty directory. An absent one is NotFound.
  virtual Status remove(const std::string& path) = 0;
};

}  // namespace cowherd
