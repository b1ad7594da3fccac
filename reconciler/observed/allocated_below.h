// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resources/files/file_system.h"

namespace cowherd {

// What removing everything below a directory gives back to the file system. Files that are linked elsewhere, too, stay.
Result<Bytes> allocated_below(FileSystem& files, const std::string& directory);

}  // namespace cowherd
