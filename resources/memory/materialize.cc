// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/materialize.h"

#include "resources/files/publish.h"
#include "resources/memory/copy_extents.h"

namespace cowherd {

Result<CopyCount> materialize(MemoryHost host, const Generation& generation, const std::string& target,
                              const BulkControl& control) {
  const std::string staged = parent_of(target) + "/" + std::string(kStagingPrefix) + name_of(target);
  const auto doing = [&] { return "materializing '" + target + "'"; };
  const Result<FileStamp> there = host.files.stat(target);
  if (there) return fail(ErrorKind::Busy, "materialize '" + target + "': it exists");
  if (there.error().kind != ErrorKind::NotFound) return fail(there.error());
  COWHERD_ASSIGN(const CopiedExtents copied, copy_extents(host, generation, staged, Placement::AtGuestOffset,
                                                          generation.header.build, control)
                                                 .in(doing()));
  COWHERD_TRY(host.files.rename(staged, target, RenameMode::NoReplace).in(doing()));
  COWHERD_TRY(host.files.sync(parent_of(target)).in(doing()));
  return copied.count;
}

}  // namespace cowherd
