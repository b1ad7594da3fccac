// SPDX-License-Identifier: Apache-2.0
// Compaction: many memory files become one, in the same directory, while nobody waits. The content never
// changes.
#pragma once

#include "resources/files/bulk.h"
#include "resources/memory/generation.h"

namespace cowherd {

struct Compaction {
  Generation generation{};
  CopyCount count{};
};

// Writes what the header uses to `memfile.{fresh}`, packed in address order, then publishes a header of
// generation 0 in place of the old one: the one step that counts. Before it the old header stands, with all
// its files; after it the old files are left, unnamed, for remove_unnamed_files (a guest that was restored
// from them may still map them). Shares extents where the file system can. Precondition: nobody else writes
// the directory. Busy when `fresh` is not.
Result<Compaction> compact(MemoryHost host, const Generation& old, const BuildId& fresh,
                           const BulkControl& control);

}  // namespace cowherd
