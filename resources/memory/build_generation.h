// SPDX-License-Identifier: Apache-2.0
// From the memory of a stopped guest to a generation in a directory. The directory is the caller's, staged:
// it exists, holds no memory file yet, and is published as a whole (publish_directory) when everything else
// is in it too.
//
// After success all memory files, the header and their names are durable. After a failure, or a death, the
// directory holds no header, or a whole one; it is removed as interrupted work. The parent's directory is
// never written.
#pragma once

#include "resources/files/bulk.h"
#include "resources/memory/generation.h"

namespace cowherd {

// What a new generation is called and where it goes. `build` is fresh: Busy when a file of that name exists.
struct GenerationPlace {
  std::string directory{};
  BuildId build{};
};

// Every page that is not zero. Holes of the source are not read.
Result<Generation> build_first_generation(MemoryHost host, const MemorySource& memory,
                                          const GenerationPlace& place, const BulkControl& control);

// The dirty pages over the parent: one that became zero is recorded as zero, never inherited. Links the
// parent's files that are still needed. Invalid when the ranges do not pass check_ranges, or the memory is
// not of the parent's size.
Result<Generation> build_next_generation(MemoryHost host, const MemorySource& memory, const PageRanges& dirty,
                                         const Generation& parent, const GenerationPlace& place,
                                         const BulkControl& control);

}  // namespace cowherd
