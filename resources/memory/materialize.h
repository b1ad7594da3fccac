// SPDX-License-Identifier: Apache-2.0
// One flat image of a generation, as a VMM maps it: the byte at offset n is the guest's byte n; zeroes are
// holes.
#pragma once

#include "resources/files/bulk.h"
#include "resources/memory/generation.h"

namespace cowherd {

// Stages the image beside its name, syncs it and renames it. Busy when `target` exists: a flat image is never
// rewritten once a guest may map it, only unlinked. After a failure or a death `target` is absent or whole; a
// staged file may be left, and the next call for the same name replaces it. Shares extents where the file
// system can.
Result<CopyCount> materialize(MemoryHost host, const Generation& generation, const std::string& target,
                              const BulkControl& control);

}  // namespace cowherd
