// SPDX-License-Identifier: Apache-2.0
// What compaction and materializing share: bring the pieces that a header names to their places in one new
// file.
#pragma once

#include "resources/files/bulk.h"
#include "resources/memory/generation.h"

namespace cowherd {

enum class Placement { Packed, AtGuestOffset };

struct CopiedExtents {
  Extents extents{};  // where the content is now, of build `fresh`
  CopyCount count{};
};

// Makes `path` anew (an old file of that name is removed first), of exactly the length its content needs, and
// syncs it. After a failure the file is gone.
Result<CopiedExtents> copy_extents(MemoryHost host, const Generation& from, const std::string& path,
                                   Placement placement, const BuildId& fresh, const BulkControl& control);

}  // namespace cowherd
