// SPDX-License-Identifier: Apache-2.0
// Snapshot directories that other software wrote, in the layout that cowherd's own follow: no snapshot.json, but parts
// that describe themselves. They are listed and verified, and their disk can be the source of a template.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/files/file_system.h"

namespace cowherd {

struct SeedSnapshot {
  enum class Disk {
    None,
    Flat,   // rootfs.ext4
    Store,  // rootfs.cow over the base that rootfs.meta names
  };
  Disk disk = Disk::None;
  std::string base_image{};            // of a Store: absolute path, as rootfs.meta says
  bool has_memory = false;             // snapfile, memfile.header and every file that names
  std::vector<std::string> missing{};  // what keeps it from being whole, one thing each; empty: it is
  FileStamp stamp{};                   // of its disk: what tells a revision built from it
  std::optional<Error> unreadable{};   // it could not be looked at: nothing else here is known
  bool operator==(const SeedSnapshot&) const = default;
};

// Looks at a directory. An error only when it, or what tells its disk, cannot be read.
Result<SeedSnapshot> look_at_seed(FileSystem& files, const std::string& directory);

}  // namespace cowherd
