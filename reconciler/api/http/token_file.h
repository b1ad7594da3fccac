// SPDX-License-Identifier: Apache-2.0
// The file that holds a token: a regular one, of root or of the daemon's user, that only its owner may write and nobody
// but its group may read beside; its first line is 32 to 4096 printable characters without spaces.
#pragma once

#include <string>

#include "resources/vocabulary/result.h"

namespace cowherd {

class TokenFile {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}

  // As it is now. Denied: somebody else could have written or read it. Invalid: not a token. Blocks on the disk.
  Result<std::string> read() const;

 private:
  std::string path_;
};

}  // namespace cowherd
