// SPDX-License-Identifier: Apache-2.0
// The small files of a runtime directory: vm.json (what runs here; written before the VMM executes), stop.json (we asked
// it to stop) and exit.json (how it ended, written by whoever saw it). Each is published whole, by rename.
#pragma once

#include <optional>
#include <string>

#include "resources/machine/machine.h"
#include "resources/machine/qemu/control_group.h"
#include "resources/machine/qemu/process.h"
#include "resources/machine/qemu/runtime_dir.h"

namespace cowherd {

// The memory image that a loaded guest maps. The image can be renamed or unlinked meanwhile: its inode stays.
struct LoadedImage {
  std::string id{};    // SavedGuest::id
  std::string path{};  // when it was loaded; for people
  std::uint64_t inode = 0;
  std::optional<ImageCopy> copy{};  // what is mapped is a copy, and this its inode
  bool operator==(const LoadedImage&) const = default;
};

struct VmRecord {
  Uid uid{};
  std::string name{};
  ProcessIdentity process{};
  std::string config_digest{};
  std::string accelerator{};
  Bytes memory{};
  std::int64_t vcpus = 0;
  GuestNetwork network = GuestNetwork::None;
  std::string disk_node{};
  std::string disk_format{};
  std::string serial_log{};
  Moment started_at{};
  std::optional<MachineBuild> build{};
  std::optional<LoadedImage> image{};  // nothing after a boot
  std::optional<std::uint32_t> host_user{};  // whom the VMM runs as, where it has a user of its own
  std::optional<VmmGroup> group{};           // what bounds it
  std::string unbounded{};                   // why there is none
  bool operator==(const VmRecord&) const = default;
};

// How and when the process ended. end is empty when it was not our child.
struct SeenExit {
  Moment at{};
  std::optional<ChildEnd> end{};
  bool operator==(const SeenExit&) const = default;
};

std::string print_record(const VmRecord& record);
Result<VmRecord> parse_record(std::string_view text);

// NotFound when there is no directory, or one that was given up before anything could run in it. Corrupt when vm.json
// does not parse. Failed when the directory belongs to another uid whose first 12 digits are the same.
Result<VmRecord> read_record(FileSystem& files, const RuntimeDir& dir, const Uid& uid);
Status write_record(FileSystem& files, const RuntimeDir& dir, const VmRecord& record);
Result<Uid> read_owner(FileSystem& files, const RuntimeDir& dir);

// An exit up to `until` is one we asked for.
Status write_stop(FileSystem& files, const RuntimeDir& dir, Moment until);
std::optional<Moment> read_stop(FileSystem& files, const RuntimeDir& dir);

Status write_exit(FileSystem& files, const RuntimeDir& dir, const SeenExit& seen);
std::optional<SeenExit> read_exit(FileSystem& files, const RuntimeDir& dir);

// The directory is gone at once, by a rename; an absent one is success. Precondition: nothing lives in it.
Status remove_runtime_dir(FileSystem& files, const RuntimeDir& dir);

}  // namespace cowherd
