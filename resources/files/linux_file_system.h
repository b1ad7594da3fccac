// SPDX-License-Identifier: Apache-2.0
// The real file system by system calls. Descriptors are close-on-exec, a symlink at the end of a path is never followed
// (ELOOP is Failed), renames without replacing use renameat2(2). Contract: tests/contract/file_system_contract.h.
#pragma once

#include "resources/files/file_system.h"

namespace cowherd {

class LinuxFileSystem final : public FileSystem {
 public:
  Result<std::vector<FileEntry>> list(const std::string& directory) override;
  Result<FileStamp> stat(const std::string& path) override;
  Result<std::string> read(const std::string& path, Bytes limit) override;
  Status write(const std::string& path, std::string_view content) override;
  Status resize(const std::string& path, Bytes size) override;
  Status sync(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to, RenameMode mode) override;
  Status make_directory(const std::string& path) override;
  Status link(const std::string& existing, const std::string& name) override;
  Status remove(const std::string& path) override;
};

}  // namespace cowherd
