// SPDX-License-Identifier: Apache-2.0
// inotify(7) on the entries of one directory, as a hint that something was put there or taken away. Without inotify, or while the
// directory is missing, there are no hints and the periodic look finds what came.
#pragma once

#include <string>

#include "resources/files/unique_fd.h"

namespace cowherd {

class DirectoryHint {
 public:
  explicit DirectoryHint(const std::string& directory);

  // Readable when an entry was moved in or removed; -1 without hints.
  int fd() const { return inotify_.get(); }
  void drain();

 private:
  UniqueFd inotify_{};
};

}  // namespace cowherd
