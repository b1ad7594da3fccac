// SPDX-License-Identifier: Apache-2.0
// The seam to virtual machines. One driver: QEMU over QMP (machine/qemu). Contract: tests/contract/machines_contract.h.
//
// VMs outlive this process. What a VM is, is found again from its runtime directory (vm.json: pid, start time, boot id),
// the process (pidfd, exe) and QMP; only when all agree is it ours. A VMM process never runs without its vm.json:
// the child waits for it before exec.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/fact.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/name.h"
#include "resources/vocabulary/quantity.h"

namespace cowherd {

enum class GuestNetwork { None, User };

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

enum class ExitReason { GuestShutdown, GuestReset, GuestPanic, Stopped, Killed, Unseen };
std::string_view to_string(ExitReason reason);
// Only a shutdown by the guest, or one we asked for, is success.
bool is_success(ExitReason reason);

struct MachineExit {
  ExitReason reason = ExitReason::Unseen;
  std::string detail{};   // for people: signal, last lines of the VMM's stderr
  Moment at{};            // as near as can be told
  bool operator==(const MachineExit&) const = default;
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
  bool operator==(const MachineState&) const = default;
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
  // Spawns and waits until the VM runs (QMP says so) or failed; at most 30 s. Busy: a VM with this uid lives or its
  // remains are not reaped. Failed: with the VMM's own words.
  virtual Status start(const MachineSpec& spec) = 0;
  // Returns when the process is dead; at most grace + 10 s. A dead or absent VM is success. The exit is recorded as
  // Stopped. The runtime directory stays until reap().
  virtual Status stop(const Uid& uid, StopMode mode, Span grace) = 0;
  // Removes what is left of a dead VM. Busy while it lives.
  virtual Status reap(const Uid& uid) = 0;
  // Becomes readable when the process dies: pidfd_open(2). NotFound when it is dead or absent.
  virtual Result<UniqueFd> exit_notice(const Uid& uid) = 0;
  // Keeps the serial log within its bound: what is older moves to serial.log.1. Not durable.
  virtual Status bound_serial_log(const std::string& serial_log) = 0;
};

}  // namespace cowherd
