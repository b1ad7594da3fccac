// SPDX-License-Identifier: Apache-2.0
// Identity files as last read: a file is read again only when its stamp differs. Not thread-safe.
//
// A look is begin(), read() of every file there is, end(): what was not read in between is forgotten.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "resources/files/file_system.h"

namespace cowherd {

inline constexpr Bytes kIdentityLimit = 1_MiB;

template <class T>
class IdentityCache {
 public:
  using Parse = Result<T> (*)(std::string_view text);

  explicit IdentityCache(Parse parse) : parse_(parse) {}

  void begin() { seen_.clear(); }
  void end() { known_ = std::exchange(seen_, {}); }

  // The identity, or why there is none; a file that does not parse is not read again either until it changes.
  Result<T> read(FileSystem& files, const std::string& path) {
    COWHERD_ASSIGN(const FileStamp stamp, files.stat(path));
    const auto known = known_.find(path);
    if (known != known_.end() && same(known->second.stamp, stamp)) {
      return seen_.insert_or_assign(path, known->second).first->second.identity;
    }
    COWHERD_ASSIGN(const std::string text, files.read(path, kIdentityLimit));
    Result<T> identity = parse_(text).in("reading '" + path + "'");
    seen_.insert_or_assign(path, Entry{stamp, identity});
    return identity;
  }

 private:
  struct Entry {
    FileStamp stamp{};
    Result<T> identity{};
  };

  // Identity files are replaced by rename, never written in place.
  static bool same(const FileStamp& a, const FileStamp& b) {
    return a.id == b.id && a.size == b.size && a.mtime_ns == b.mtime_ns && a.ctime_ns == b.ctime_ns;
  }

  Parse parse_;
  std::map<std::string, Entry> known_{};
  std::map<std::string, Entry> seen_{};
};

}  // namespace cowherd
