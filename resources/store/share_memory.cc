// SPDX-License-Identifier: Apache-2.0
#include "resources/store/share_memory.h"

#include "resources/store/layout.h"

namespace cowherd {

Status share_memory(FileSystem& files, BulkFiles& bulk, const Generation& from, const std::string& into) {
  COWHERD_TRY(link_files(files, from, from.header, into));
  const std::string flat = from.directory + "/" + kFlatFile;
  const Result<FileStamp> has_flat = files.stat(flat);
  if (!has_flat && has_flat.error().kind != ErrorKind::NotFound) return fail(has_flat.error());
  if (has_flat && has_flat->size != from.header.size) {
    return fail(ErrorKind::Corrupt, "'" + flat + "' is not as large as the memory; it is a cache, remove it");
  }
  if (has_flat) COWHERD_TRY(files.link(flat, into + "/" + kFlatFile));
  const std::string state = into + "/" + kStateFile;
  COWHERD_TRY(bulk.copy(from.directory + "/" + kStateFile, state, {}));
  COWHERD_TRY(files.sync(state));
  return publish_header(files, into, from.header);
}

}  // namespace cowherd
