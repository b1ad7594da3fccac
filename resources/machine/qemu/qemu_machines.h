// SPDX-License-Identifier: Apache-2.0
// Virtual machines as QEMU processes. Each has a runtime directory `<runtime_dir>/<uid12>/` (runtime_dir.h) and outlives
// this object; another QemuMachines over the same directory, also in another process, finds it again. Looks go to a
// monitor of their own, so that a command can look beside the daemon. Safe from several threads; what changes a VM or needs
// it to stay as it is excludes each other for one uid (Busy). A VM started here is a child: its end is collected by the next call about it.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "resources/files/clock.h"
#include "resources/files/linux_file_system.h"
#include "resources/machine/machine.h"
#include "resources/machine/qemu/accelerator.h"
#include "resources/machine/qemu/command_line.h"
#include "resources/machine/qemu/machine_build.h"
#include "resources/machine/qemu/runtime_record.h"
#include "resources/machine/qemu/status_board.h"

namespace cowherd {

struct QemuSettings {
  std::string binary = "/usr/bin/qemu-system-x86_64";  // absolute, the program itself and not a script around it
  Accelerator accel = Accelerator::Auto;
  std::string runtime_dir{};  // absolute, on a tmpfs; made when absent
  Bytes serial_log_limit = 1_MiB;
  UserPolicy users{};
  GroupPolicy groups{};
};

class QemuMachines final : public Machines {
 public:
  QemuMachines(const QemuSettings& settings, Clock& clock);

  std::map<Uid, Fact<MachineState>> look(const std::vector<Uid>& uids) override;
  Result<std::vector<Uid>> list() override;
  Status start(const MachineSpec& spec) override;
  Status stop(const Uid& uid, StopMode mode, Span grace) override;
  Status reap(const Uid& uid) override;
  Result<MachineBuild> build(const MachineSpec& spec) override;
  Status freeze(const Uid& uid) override;
  Status thaw(const Uid& uid) override;
  Status save_state(const Uid& uid, const std::string& path) override;
  Result<GuestMemory> memory(const Uid& uid) override;
  Status quiesce(const Uid& uid, Span deadline) override;
  Status unquiesce(const Uid& uid, Span deadline) override;
  Result<UniqueFd> exit_notice(const Uid& uid) override;
  Status bound_serial_log(const std::string& serial_log) override;

 private:
  class Turn;  // one call about a uid that no other may disturb
  Result<Turn> take_turn(const Uid& uid);
  bool in_turn(const Uid& uid);
  LaunchOptions launch_options(const MachineSpec& spec);
  RuntimeDir dir_of(const Uid& uid) const { return RuntimeDir(settings_.runtime_dir, uid); }
  Result<VmRecord> record_of(const Uid& uid);
  // Of a VM that lives; NotFound when none does.
  Result<VmRecord> living_record(const Uid& uid);
  MachineState dead_state(const RuntimeDir& dir, const VmRecord& record);
  // Collects the end of a child and writes down that the process is gone.
  void note_exit(const RuntimeDir& dir, const VmRecord& record);
  Status make_way(const RuntimeDir& dir, const Uid& uid);

  QemuSettings settings_;
  Clock& clock_;
  LinuxFileSystem files_{};
  StatusBoard board_{};
  AcceleratorChooser chooser_;
  MachineBuilds builds_;
  std::once_flag tsc_measured_{};
  std::optional<std::uint64_t> tsc_khz_{};
  std::mutex mutex_{};
  std::set<Uid> busy_{};
  std::map<std::string, Uid> serial_logs_{};  // whose log it is; filled by look()
};

}  // namespace cowherd
