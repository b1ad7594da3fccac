// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/compact.h"

#include <utility>

#include "resources/files/publish.h"
#include "resources/memory/copy_extents.h"

namespace cowherd {

Result<Compaction> compact(MemoryHost host, const Generation& old, const BuildId& fresh,
                           const BulkControl& control) {
  const std::string path = old.directory + "/" + memfile_name(fresh);
  const std::string staged = old.directory + "/" + std::string(kStagingPrefix) + memfile_name(fresh);
  COWHERD_ASSIGN(CopiedExtents copied, copy_extents(host, old, staged, Placement::Packed, fresh, control));
  COWHERD_TRY(host.files.rename(staged, path, RenameMode::NoReplace));

  Compaction made;
  made.count = copied.count;
  made.generation.directory = old.directory;
  made.generation.header = {old.header.size, 0, fresh, fresh, std::move(copied.extents)};
  for (const auto& [build, length] : needed_lengths(made.generation.header)) {
    made.generation.files.emplace(build, MemoryFile{path, length});
  }
  COWHERD_TRY(publish_header(host.files, old.directory, made.generation.header));
  return made;
}

}  // namespace cowherd
