// SPDX-License-Identifier: Apache-2.0
// Memory files by system calls: ioctl_ficlonerange(2) where the file system shares extents, else
// copy_file_range(2), else pread(2) and pwrite(2).
#pragma once

#include "resources/memory/image_files.h"

namespace cowherd {

class LinuxImageFiles final : public ImageFiles {
 public:
  Result<std::unique_ptr<MemorySource>> open(const std::string& path) override;
  Result<std::unique_ptr<ImageWriter>> create(const std::string& path) override;
};

}  // namespace cowherd
