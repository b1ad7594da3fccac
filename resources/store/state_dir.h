// SPDX-License-Identifier: Apache-2.0
// Whose state directory this is. `<state-dir>/id` holds a random id, the directory's device and inode and the host's
// machine-id; a directory that was copied, restored or moved to another host does not agree with its own id file, and
// must not act under the old id: the original may still run devices that carry its mark.
#pragma once

#include <string>

#include "resources/files/file_system.h"
#include "resources/store/layout.h"

namespace cowherd {

struct StateDirId {
  Uid id{};
  FileId place{};
  std::string machine_id{};
  std::string dir8() const { return id.short8(); }  // what devices and runtime directories are marked with
  bool operator==(const StateDirId&) const = default;
};

// Opens the state directory for writing: makes it and its id file (of `minted`) when it holds nothing of ours yet.
// Denied, with the command to run, when the id file does not agree with the directory or the host, or is missing beside
// data; Corrupt when it cannot be read as one.
Result<StateDirId> open_state_dir(FileSystem& files, const Layout& layout, const std::string& machine_id,
                                  const Uid& minted);

// The same for readers: makes nothing. NotFound when there is no id file.
Result<StateDirId> read_state_dir(FileSystem& files, const Layout& layout, const std::string& machine_id);

// Makes the directory this host's own, under the new id. What the old id marked is no longer ours.
Result<StateDirId> adopt_state_dir(FileSystem& files, const Layout& layout, const std::string& machine_id,
                                   const Uid& minted);

// machine-id(5); empty on a host that has none.
std::string read_machine_id(FileSystem& files);

}  // namespace cowherd
