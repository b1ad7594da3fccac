// SPDX-License-Identifier: Apache-2.0
// Real QEMU machines under TCG with the guest of examples/build-guest, in a directory of their own. Whatever runs at the
// end is killed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "resources/files/clock.h"
#include "resources/machine/qemu/qemu_machines.h"
#include "tests/contract/machines_bed.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {

class QemuBed final : public MachinesBed {
 public:
  QemuBed();
  ~QemuBed() override;

  Machines& machines() override { return *machines_; }
  void restart_daemon() override;
  MachineSpec spec(int number) override;
  MachineSpec spec_that_cannot_start(int number) override;
  void await_guest(const Uid& uid) override { await_line(uid, "cowherd-guest: sandbox="); }
  void guest_shuts_down(const Uid& uid) override { tell_and_await_death(uid, "poweroff -f"); }
  void guest_resets(const Uid& uid) override { tell_and_await_death(uid, "reboot -f"); }
  void kill_process(const Uid& uid) override;
  void hang(const Uid& uid) override;
  void recover(const Uid& uid) override;

  // No daemon from now on until restart_daemon().
  void end_daemon() { machines_.reset(); }
  // Types a line on the guest's console and stays connected until the VM is dead.
  void tell_and_await_death(const Uid& uid, const std::string& line);
  void await_line(const Uid& uid, const std::string& words);
  int pid_of(const Uid& uid);
  std::string serial_log(const Uid& uid) const { return dir_ / (uid.short12() + ".serial"); }
  RuntimeDir runtime(const Uid& uid) const { return RuntimeDir(settings_.runtime_dir, uid); }
  std::string path(const std::string& name) const { return dir_ / name; }
  QemuSettings& settings() { return settings_; }
  Clock& clock() { return clock_; }

 private:
  TemporaryDirectory dir_{};
  SystemClock clock_{};
  QemuSettings settings_{};
  std::unique_ptr<QemuMachines> machines_{};
};

std::string read_whole(const std::string& path);
// Polls until it holds; false after 40 s.
bool eventually(const std::function<bool()>& holds);

}  // namespace cowherd::testing
