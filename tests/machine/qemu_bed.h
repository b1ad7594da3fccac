// SPDX-License-Identifier: Apache-2.0
// Real QEMU machines under TCG with the guest of examples/build-guest, in a directory of their own. Whatever runs at the
// end is killed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "resources/files/clock.h"
#include "resources/machine/qemu/qemu_machines.h"
#include "tests/contract/machines_bed.h"
#include "tests/contract/temporary_directory.h"
#include "tests/machine/sealed_disk.h"

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
  MachineSpec spec_with_limited_disk(int number) override;
  void disk_refuses(const Uid& uid) override;
  void guest_keeps(const Uid& uid, const std::string& word) override;
  std::string kept_by_guest(const Uid& uid) override { return ask_guest(uid, "cat /run/kept"); }
  std::string path(const std::string& name) const override { return dir_ / name; }
  void write_image(const MemorySource& memory, const std::string& to) override;
  std::string image(const std::string& at) override;
  void garble(const std::string& at) override;
  void cut(const std::string& at) override;

  // No daemon from now on until restart_daemon().
  void end_daemon() { machines_.reset(); }
  // Types a line on the guest's console, which stays connected for as long as the VM lives.
  void type(const Uid& uid, const std::string& line);
  // What the guest's shell prints for a command, as one line.
  std::string ask_guest(const Uid& uid, const std::string& command);
  // Types a line and returns when the VM is dead.
  void tell_and_await_death(const Uid& uid, const std::string& line);
  void await_line(const Uid& uid, const std::string& words);
  std::string console_log(const Uid& uid);
  int pid_of(const Uid& uid);
  std::string serial_log(const Uid& uid) const { return dir_ / (uid.short12() + ".serial"); }
  RuntimeDir runtime(const Uid& uid) const { return RuntimeDir(settings_.runtime_dir, uid); }
  QemuSettings& settings() { return settings_; }
  Clock& clock() { return clock_; }

 private:
  void drain_consoles();

  TemporaryDirectory dir_{};
  SystemClock clock_{};
  QemuSettings settings_{};
  std::unique_ptr<QemuMachines> machines_{};
  std::map<int, UniqueFd> consoles_{};  // by pid
  std::map<Uid, std::unique_ptr<SealedDisk>> limited_{};
  int questions_ = 0;
};

std::string read_whole(const std::string& path);
// Polls until it holds; false after 40 s.
bool eventually(const std::function<bool()>& holds);

}  // namespace cowherd::testing
