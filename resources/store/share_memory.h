// SPDX-License-Identifier: Apache-2.0
// A kept memory, given to one more directory without copying what is in it.
#pragma once

#include "resources/files/bulk.h"
#include "resources/memory/generation.h"

namespace cowherd {

// Hard links in `into` for the memory files and, where there is one, the flat image; a durable copy of the device state;
// the header last. `into` exists, and is made durable and published by the caller. Corrupt when the flat image is not as
// large as the memory: it is a cache, and may be removed.
Status share_memory(FileSystem& files, BulkFiles& bulk, const Generation& from, const std::string& into);

}  // namespace cowherd
