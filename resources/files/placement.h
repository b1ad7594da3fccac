// SPDX-License-Identifier: Apache-2.0
// Where the blocks of files are, and who has how much of them: what is shared by hard links or by reflinks is counted once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "resources/files/file_system.h"

namespace cowherd {

// A range of blocks of the device that holds the file.
struct PlacedExtent {
  std::uint64_t physical = 0;
  Bytes length{};
  bool operator==(const PlacedExtent&) const = default;
};

// Ranges that the file system says other files have, too (FS_IOC_FIEMAP, Linux Documentation/filesystems/fiemap.rst, flag
// SHARED). Empty where it cannot tell. A file that is being written may be told as it was a moment ago.
Result<std::vector<PlacedExtent>> shared_extents(const std::string& path);

struct SpaceShare {
  Bytes exclusive{};  // nobody else has it
  Bytes shared{};     // others have it, too
  Bytes total() const { return exclusive + shared; }
  bool operator==(const SpaceShare&) const = default;
};

struct SpaceShares {
  std::map<std::string, SpaceShare> owners{};
  Bytes shared_once{};  // what several owners have, counted once
  Bytes total() const;  // what all of it takes: everything exclusive, and that
  bool operator==(const SpaceShares&) const = default;
};

// Files and their owners, to be added up. Pure.
class SpaceLedger {
 public:
  // Extents beyond what the file takes (a file system that compresses) are not believed; the file counts as a whole then.
  void add(const std::string& owner, const FileStamp& file, const std::vector<PlacedExtent>& shared);
  SpaceShares shares() const;

 private:
  struct File {
    Bytes own{};  // not in any extent below
    std::set<std::string> owners{};
  };
  struct Edge {
    std::uint64_t at = 0;
    int change = 0;
    std::string owner{};
  };
  void share_extents(const std::vector<Edge>& edges, SpaceShares& shares) const;

  std::map<FileId, File> files_{};
  std::map<std::uint64_t, std::vector<Edge>> edges_{};  // by device
};

}  // namespace cowherd
