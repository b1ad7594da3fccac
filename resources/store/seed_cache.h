// SPDX-License-Identifier: Apache-2.0
// Seed snapshots as last looked at: a memory header of many megabytes is read again only when a file of its directory, or
// the base image, is not as it was. A look is begin(), read() of every directory, end(). Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "resources/store/seed_snapshot.h"

namespace cowherd {

class SeedCache {
 public:
  void begin() { seen_.clear(); }
  void end() { known_ = std::exchange(seen_, {}); }

  // An error only when the directory cannot be read.
  Result<SeedSnapshot> read(FileSystem& files, const std::string& directory) {
    const auto known = known_.find(directory);
    const std::string base = known != known_.end() ? known->second.seed.base_image : "";
    COWHERD_ASSIGN(const Stamps stamps, stamps_of(files, directory, base));
    if (known != known_.end() && known->second.stamps == stamps) {
      return seen_.insert_or_assign(directory, known->second).first->second.seed;
    }
    COWHERD_ASSIGN(SeedSnapshot seed, look_at_seed(files, directory));
    COWHERD_ASSIGN(Stamps fresh, stamps_of(files, directory, seed.base_image));
    seen_.insert_or_assign(directory, Entry{std::move(fresh), seed});
    return seed;
  }

 private:
  using Stamps = std::map<std::string, std::pair<FileStamp, bool>>;  // by path; false: it is not there
  struct Entry {
    Stamps stamps{};
    SeedSnapshot seed{};
  };

  static Result<Stamps> stamps_of(FileSystem& files, const std::string& directory, const std::string& base) {
    COWHERD_ASSIGN(const std::vector<FileEntry> entries, files.list(directory));
    Stamps stamps;
    const auto note = [&](const std::string& path) {
      const Result<FileStamp> stamp = files.stat(path);
      stamps[path] = {stamp.value_or(FileStamp{}), stamp.has_value()};
    };
    for (const FileEntry& entry : entries) note(directory + "/" + entry.name);
    if (!base.empty()) note(base);
    return stamps;
  }

  std::map<std::string, Entry> known_{};
  std::map<std::string, Entry> seen_{};
};

}  // namespace cowherd
