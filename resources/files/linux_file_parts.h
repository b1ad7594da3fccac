// SPDX-License-Identifier: Apache-2.0
// Parts of files by system calls: pread(2), pwrite(2), fallocate(2) FALLOC_FL_PUNCH_HOLE.
//
// Writers are found by asking for a read lease (fcntl(2) F_SETLEASE), which the kernel refuses while the inode is open
// for writing, by a loop device too. Only the file's owner or CAP_LEASE may ask, and not every file system answers:
// then CannotTell. The lease is given back at once.
#pragma once

#include "resources/files/file_parts.h"

namespace cowherd {

class LinuxFileParts final : public FileParts {
 public:
  Result<std::unique_ptr<FileReader>> open(const std::string& path) override;
  Result<std::unique_ptr<FilePatcher>> patch(const std::string& path) override;
};

}  // namespace cowherd
