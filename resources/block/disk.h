// SPDX-License-Identifier: Apache-2.0
// A sandbox's copy-on-write disk, whichever driver holds it. Two drivers stand behind one interface:
// dm-snapshot (dm_snapshot_disk.h) and qcow2 (qcow2_disk.h). A driver never stops a VM, never touches what is
// not this disk's, and answers `Effect::Unchanged` when the world already agrees.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/block/dm_table.h"
#include "resources/files/file_system.h"
#include "resources/vocabulary/fact.h"
#include "resources/vocabulary/name.h"

namespace cowherd {

// The store's name in DiskPlan::directory, driver by driver.
inline constexpr const char* kCowFile = "rootfs.cow";
inline constexpr const char* kOverlayFile = "rootfs.qcow2";

enum class Effect { Changed, Unchanged };

enum class DiskDriverKind { DmSnapshot, Qcow2 };
std::string_view to_string(DiskDriverKind kind);  // "dm-snapshot", "qcow2"
const char* store_file_of(DiskDriverKind kind);

// Everything a driver needs to know about one disk; made from the sandbox's identity file.
struct DiskPlan {
  Uid uid{};
  DiskDriverKind driver = DiskDriverKind::Qcow2;
  std::string directory{};   // sandboxes/<uid>, absolute; rootfs.cow or rootfs.qcow2 stands in it
  std::string base_image{};  // templates/<name>/<revision>/rootfs.ext4, absolute, raw
  Bytes size{};              // what the guest sees; at least the base's size, multiple of 4 KiB
  std::optional<Bytes> cow_limit{};
  bool operator==(const DiskPlan&) const = default;
};

// How large the plan lets the store become, in whole chunks: what cannot overflow for a disk of its size, or the cow limit.
// A store whose DiskState::store_size is less can be given more room, active or not (grow_store). Zero for qcow2, whose
// file grows by itself.
Bytes store_size_for(const DiskPlan& disk);

enum class DiskFault {
  None,
  Overflow,  // active and full: reads and rewrites go on, first writes fail; repair_store makes room once it is closed
  Invalid,   // the kernel gave the store up, told of the device or of the closed store's header; repair_store may mend it
  Mismatch,  // not the device this sandbox should have: never touched
  Unreadable,  // no VM has it, and what is in the store cannot be read: not used, and not mended
};

struct DiskState {
  bool store_present = false;  // rootfs.cow or rootfs.qcow2 exists
  Bytes store_size{};          // what the store may take now: its length, or while active less if its loop offers less
  Bytes store_allocated{};     // st_blocks * 512
  std::int64_t store_mtime_ns = 0;
  bool active = false;         // a VM could open it now
  bool interrupted = false;    // devices of it exist that no VM could use: deactivate or activate mends it
  std::string node{};          // what a VM opens: /dev/dm-N, or the qcow2 path
  std::string format{};        // "raw" or "qcow2", given to the VMM explicitly
  Bytes size{};                // of the active device; for qcow2 of the overlay
  int open_count = 0;          // dm only: how many hold it
  std::optional<SnapshotUsage> usage{};
  DiskFault fault = DiskFault::None;
  std::string detail{};  // of a fault: what differs
  bool operator==(const DiskState&) const = default;
};

class DiskDriver {
 public:
  virtual ~DiskDriver() = default;
  // A fresh look at one disk.
  virtual Fact<DiskState> look(const DiskPlan& disk) = 0;
  // Makes the store file, durable, under its name by rename. An existing store is never touched.
  virtual Result<Effect> create(const DiskPlan& disk) = 0;
  // Makes it usable by a VM. Corrupt when the store's header is not that of a store of ours (a zeroed header
  // would activate as an empty disk, silently). Busy when names are taken.
  virtual Result<Effect> activate(const DiskPlan& disk) = 0;
  // Undoes activate. Busy while a VM has it open. One attempt.
  virtual Result<Effect> deactivate(const DiskPlan& disk) = 0;
  // Makes an inactive disk offer disk.size, larger than before. Busy when active.
  virtual Result<Effect> grow(const DiskPlan& disk) = 0;
  // Gives the store the room that store_size_for(disk) allows, durable, also under a running VM, which does not notice.
  // Unchanged when it has it: never shortens, and never changes what the disk offers. Exhausted when the active device is
  // full already, Corrupt when the kernel gave it up: both last until it is closed, see repair_store.
  virtual Result<Effect> grow_store(const DiskPlan& disk) = 0;
  // Makes a closed store that is full or that the kernel gave up usable again: grows it as grow_store does and, where its
  // header says invalid, reads all of its metadata and says valid. What was acknowledged as flushed is there afterwards.
  // Unchanged when there is nothing to mend. Busy while the disk is active or anything has the store open. Corrupt, with
  // the place and nothing changed, when the metadata does not hold together or the header was zeroed.
  virtual Result<Effect> repair_store(const DiskPlan& disk) = 0;
};

// Devices that carry our mark for this state directory, whoever they belong to.
struct MarkedDevice {
  Uid uid{};  // from the dm uuid
  std::string name{};
  std::string role{};  // "root", "base"
  int open_count = 0;
  Fact<std::vector<FileId>> files{};  // that its table leads to through loops; Absent: not looked at
  bool operator==(const MarkedDevice&) const = default;
};

// One look at many disks, from one listing of devices and loops.
struct DisksSeen {
  std::map<Uid, Fact<DiskState>> disks{};
  Fact<std::vector<MarkedDevice>> marked{};  // Absent: this host has no device-mapper
  bool operator==(const DisksSeen&) const = default;
};

// All drivers of this host. Safe from any thread: workers act on some disks while the loop looks at all of
// them.
class Disks {
 public:
  virtual ~Disks() = default;
  virtual DisksSeen look(const std::vector<DiskPlan>& disks) = 0;
  virtual DiskDriver& driver(DiskDriverKind kind) = 0;
  // The driver new disks get: the configured one, or dm-snapshot where the kernel has it and we may use it,
  // else qcow2; with the reason for people.
  struct Choice {
    DiskDriverKind kind = DiskDriverKind::Qcow2;
    std::string reason{};
    bool operator==(const Choice&) const = default;
  };
  virtual Result<Choice> choose() = 0;
};

}  // namespace cowherd
