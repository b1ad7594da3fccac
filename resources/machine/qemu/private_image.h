// SPDX-License-Identifier: Apache-2.0
// A memory image for one VMM alone. QEMU before 8.2 opens the image for writing also where it maps it privately, so who may
// open it could change it for everybody else who maps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "resources/files/unique_fd.h"
#include "resources/machine/machine.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

struct PrivateImage {
  UniqueFd file{};
  std::optional<ImageCopy> copy{};  // nothing: it is the image itself
};

// The image itself when it has one name and nobody was given it before; else a copy without a name beside it, which is gone
// with the last that has it open: reflinked where the file system can, else what is not a hole is copied. Blocks that long.
Result<PrivateImage> open_private_image(const std::string& path);

// From now on `user` may open it, through a descriptor, and the next open_private_image copies it.
Status give_image(const UniqueFd& image, std::uint32_t user, const std::string& path);

}  // namespace cowherd
