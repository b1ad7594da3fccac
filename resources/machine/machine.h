// SPDX-License-Identifier: Apache-2.0
// The seam to virtual machines. One driver: QEMU over QMP (machine/qemu). Contract: tests/contract/machines_contract.h.
//
// A guest's memory and the state of its devices can be kept (freeze, save_state, memory) and loaded into a new VM
// (start with SavedGuest), which continues at the next instruction.
//
// VMs outlive this process. What a VM is, is found again from its runtime directory (vm.json: pid, start time, boot id),
// the process (pidfd, exe) and QMP; only when all agree is it ours. A VMM process never runs without its vm.json:
// the child waits for it before exec.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "resources/files/unique_fd.h"
#include "resources/memory/memory_source.h"
#include "resources/vocabulary/fact.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/name.h"
#include "resources/vocabulary/quantity.h"

namespace cowherd {

enum class GuestNetwork { None, User };

// What decides, besides the spec, whether saved state can be loaded here: all of it must be equal.
struct MachineBuild {
  std::string vmm{};          // "QEMU 7.2.22 (…)"
  std::string layout{};       // version of the devices and their order, as this driver arranges them
  std::string cpu{};          // model; where it is the host's, with a digest of the host's features
  std::string accelerator{};  // "kvm" or "tcg"
  std::string firmware{};     // digest of the firmware files, which saved state leaves out
  bool operator==(const MachineBuild&) const = default;
};

// A guest as it was kept. Its files are only read.
struct SavedGuest {
  std::string id{};            // build of its memory generation; look() tells it as MachineState::loaded
  std::string state_file{};    // what save_state wrote
  std::string memory_image{};  // flat: the byte at offset n is the guest's byte n; exactly as large as its memory
  bool operator==(const SavedGuest&) const = default;
};

// Of its memory image, for a VMM that may not share it: QEMU before 8.2 opens it for writing.
struct ImageCopy {
  enum class How { Reflinked, Copied };
  How how = How::Copied;
  Bytes size{};  // as allocated; what is reflinked takes no space before either side writes
  bool operator==(const ImageCopy&) const = default;
};

// Everything that makes a VM what it is.
struct MachineSpec {
  Uid uid{};
  std::string name{};          // of the sandbox; the guest gets cowherd.sandbox=<name>
  std::int64_t vcpus = 1;
  Bytes memory{};
  std::string disk_node{};     // /dev/dm-N or a path
  std::string disk_format{};   // "raw" or "qcow2"
  std::string kernel{};        // absolute paths
  std::string initrd{};        // "" for none
  std::vector<std::string> boot_args{};
  GuestNetwork network = GuestNetwork::None;
  std::string serial_log{};    // appended, bounded: sandboxes/<uid>/serial.log
  std::string config_digest{}; // of what the sandbox declares about the machine; found again by look()
  std::optional<SavedGuest> saved{};  // loaded instead of a boot; kernel, initrd and arguments are the same all the same
  bool operator==(const MachineSpec&) const = default;
};

enum class MachinePhase {
  Running,
  Paused,        // by QMP stop
  DiskStopped,   // werror/rerror=stop: the disk or the host file system was full or failed
  Unresponsive,  // the process is ours and lives, but its QMP does not answer
  Dead,          // the process is gone, its runtime directory still tells how
};
std::string_view to_string(MachinePhase phase);

enum class ExitReason { GuestShutdown, GuestReset, GuestPanic, Stopped, OutOfMemory, Killed, Unseen };
std::string_view to_string(ExitReason reason);
// Only a shutdown by the guest, or one we asked for, is success.
bool is_success(ExitReason reason);

struct MachineExit {
  ExitReason reason = ExitReason::Unseen;
  std::string detail{};   // for people: signal, last lines of the VMM's stderr
  Moment at{};            // as near as can be told
  bool operator==(const MachineExit&) const = default;
};

// What a VMM may take of the host at most, all its processes and threads together.
struct MachineBounds {
  std::string group{};  // who keeps it to that: a systemd scope, or a directory of cgroup v2
  std::int64_t processors = 0;
  Bytes memory{};       // the guest's, and what its VMM needs besides
  std::int64_t tasks = 0;
  bool operator==(const MachineBounds&) const = default;
};

struct MachineState {
  MachinePhase phase = MachinePhase::Running;
  int pid = 0;
  Moment started_at{};
  std::string config_digest{};
  std::string accelerator{};      // "kvm" or "tcg"
  Bytes memory{};
  std::string disk_node{};
  std::optional<MachineExit> exit{};  // when Dead
  std::string loaded{};           // SavedGuest::id it was started from; "" after a boot
  std::optional<ImageCopy> image_copy{};     // of the memory image; nothing: the image itself, or a boot
  std::optional<std::uint32_t> host_user{};  // whom the VMM runs as, where it has a user of its own
  std::optional<MachineBounds> bounds{};
  std::string unbounded{};        // why it has no bounds; "" where nothing was written down about it
  std::int64_t vcpus = 1;
  GuestNetwork network = GuestNetwork::None;
  // Of the VMM that runs, taken at its start: what state saved of it is tied to, also after an upgrade of the host.
  std::optional<MachineBuild> build{};  // nothing: it could not be told
  bool operator==(const MachineState&) const = default;
};

// The memory of a frozen guest. Valid while it stays frozen.
struct GuestMemory {
  std::unique_ptr<MemorySource> content{};
  // Of a guest that was loaded from a memory image: the pages that differ from it, or may. Nothing after a boot.
  std::optional<PageRanges> changed{};
};

enum class StopMode {
  Graceful,  // ACPI power button, then wait for grace, then kill
  Kill,
};

class Machines {
 public:
  virtual ~Machines() = default;

  // One look at many. Answers within 300 ms whatever the VMMs do: one that does not answer is Known as Unresponsive (its
  // process was recognised); Unknown is one that could not be judged at all.
  // Absent: no runtime directory (also after a host reboot).
  virtual std::map<Uid, Fact<MachineState>> look(const std::vector<Uid>& uids) = 0;
  // Uids that have a runtime directory here, whether we know the sandbox or not.
  virtual Result<std::vector<Uid>> list() = 0;
  // Spawns and waits until the VM runs (QMP says so) or failed; at most 30 s. With `saved`, until the guest is loaded:
  // it is Paused then, and runs by thaw(). Busy: a VM with this uid lives or its remains are not reaped. Failed: with the
  // VMM's own words. Corrupt: the saved state cannot be loaded, now or ever; nothing of it was changed.
  virtual Status start(const MachineSpec& spec) = 0;
  // Returns when the process is dead; at most grace + 10 s. A dead or absent VM is success. The exit is recorded as
  // Stopped. The runtime directory stays until reap().
  virtual Status stop(const Uid& uid, StopMode mode, Span grace) = 0;
  // Removes what is left of a dead VM. Busy while it lives.
  virtual Status reap(const Uid& uid) = 0;
  // What saved state of a VM of this spec would be tied to, here and now. Blocks for a moment the first time.
  virtual Result<MachineBuild> build(const MachineSpec& spec) = 0;
  // Stops the guest between two instructions; when it returns, all that the guest wrote is on its disk, durable as far as
  // the disk's own driver goes, except what a failing disk did not take (DiskStopped), which stays in the device state. A
  // frozen guest is success. At most 20 s. NotFound: no VM lives.
  virtual Status freeze(const Uid& uid) = 0;
  // Lets a frozen, loaded or disk-stopped guest go on; requests its disk did not take are tried again. A running one is
  // success. Exhausted: a disk-stopped guest was stopped again, and stands still as before. NotFound: no VM lives.
  virtual Status thaw(const Uid& uid) = 0;
  // Writes the state of a frozen guest's devices, without its memory and its disk, to a new file (0600, not synced). The
  // guest stays frozen and can go on.
  virtual Status save_state(const Uid& uid, const std::string& path) = 0;
  // The memory of a frozen guest.
  virtual Result<GuestMemory> memory(const Uid& uid) = 0;
  // Has the guest flush and hold its file systems, by its agent (qemu-guest-agent), and lets them go on. Unanswered in
  // time is Failed, and nothing is held then: what was begun is taken back.
  virtual Status quiesce(const Uid& uid, Span deadline) = 0;
  virtual Status unquiesce(const Uid& uid, Span deadline) = 0;
  // Becomes readable when the process dies: pidfd_open(2). NotFound when it is dead or absent.
  virtual Result<UniqueFd> exit_notice(const Uid& uid) = 0;
  // Keeps the serial log within its bound: what is older moves to serial.log.1. Not durable.
  virtual Status bound_serial_log(const std::string& serial_log) = 0;
};

}  // namespace cowherd
