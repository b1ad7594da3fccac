// SPDX-License-Identifier: Apache-2.0
#include "reconciler/observed/allocated_below.h"

namespace cowherd {

Result<Bytes> allocated_below(FileSystem& files, const std::string& directory) {
  COWHERD_ASSIGN(const std::vector<FileEntry> entries, files.list(directory));
  Bytes total;
  for (const FileEntry& entry : entries) {
    const std::string path = directory + "/" + entry.name;
    if (entry.type == FileType::Directory) {
      COWHERD_ASSIGN(const Bytes below, allocated_below(files, path));
      total = total + below;
      continue;
    }
    COWHERD_ASSIGN(const FileStamp stamp, files.stat(path));
    if (stamp.links <= 1) total = total + stamp.allocated;
  }
  return total;
}

}  // namespace cowherd
