// SPDX-License-Identifier: Apache-2.0
// Bulk work by system calls: ioctl_ficlone(2) where the file system shares extents, else lseek(2) SEEK_DATA/SEEK_HOLE.
#pragma once

#include "resources/files/bulk.h"

namespace cowherd {

class LinuxBulkFiles final : public BulkFiles {
 public:
  Result<CopyReport> copy(const std::string& from, const std::string& to, const BulkControl& control) override;
  Result<Digest> digest(const std::string& path, const BulkControl& control) override;
  Result<FileStamp> stamp(const std::string& path) override;
  Result<SpaceInfo> space(const std::string& path) override;
};

}  // namespace cowherd
