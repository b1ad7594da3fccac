// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "resources/files/unique_fd.h"

namespace cowherd::testing {

// A disk in memory that, once sealed, refuses every write (memfd_create(2), F_SEAL_WRITE), for any user on any host.
class SealedDisk {
 public:
  explicit SealedDisk(const std::string& content)
      : file_(::memfd_create("disk", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
    std::ofstream(path(), std::ios::binary) << content;
  }
  std::string path() const { return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_.get()); }
  bool seal() { return ::fcntl(file_.get(), F_ADD_SEALS, F_SEAL_WRITE) == 0; }

 private:
  UniqueFd file_;
};

}  // namespace cowherd::testing
