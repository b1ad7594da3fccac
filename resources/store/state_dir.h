// SPDX-License-Identifier: Apache-2.0
// Whose state directory this is. `<state-dir>/id` holds a random id, the directory's device and inode, the host's
// machine-id and the boot in which it was written. A directory that was copied, restored or moved to another host does
// not agree with its own id file, and must not act under the old id: the original may still run devices that carry its
// mark. Device numbers are given out anew by each boot (btrfs, device-mapper, hot-plugged disks): the device is compared
// within one boot only, the inode always.
#pragma once

#include <string>

#include "resources/files/file_system.h"
#include "resources/store/layout.h"

namespace cowherd {

struct ThisHost {
  std::string machine_id{};  // machine-id(5); empty on a host that has none
  std::string boot_id{};     // /proc/sys/kernel/random/boot_id
  bool operator==(const ThisHost&) const = default;
};

ThisHost read_this_host(FileSystem& files);

struct StateDirId {
  Uid id{};
  FileId place{};
  ThisHost host{};
  std::string dir8() const { return id.short8(); }  // what devices and runtime directories are marked with
  bool operator==(const StateDirId&) const = default;
};

// Opens the state directory for writing: makes it and its id file (of `minted`) when it holds nothing of ours yet.
// Denied, with the command to run, when the id file does not agree with the directory or the host, or is missing beside
// data; Corrupt when it cannot be read as one.
Result<StateDirId> open_state_dir(FileSystem& files, const Layout& layout, const ThisHost& host, const Uid& minted);

// The same for readers: makes nothing. NotFound when there is no id file.
Result<StateDirId> read_state_dir(FileSystem& files, const Layout& layout, const ThisHost& host);

// Makes the directory this host's own, under the new id. What the old id marked is no longer ours.
Result<StateDirId> adopt_state_dir(FileSystem& files, const Layout& layout, const ThisHost& host, const Uid& minted);

}  // namespace cowherd
