// SPDX-License-Identifier: Apache-2.0
// Virtual machines as a model: they live on when the daemon dies (keep the object) and are gone when the host loses power.
// Each Machines call is one host call of Faults; everything else here is the world's or the test's hand. One thread only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "resources/files/clock.h"
#include "resources/machine/machine.h"
#include "tests/fakes/faults.h"

namespace cowherd::testing {

class FakeMachines final : public Machines {
 public:
  // hold is told +1 when a VM opens its disk node and -1 when its process is dead; not at a power loss.
  using Hold = std::function<void(const std::string& node, int delta)>;
  FakeMachines(Faults& faults, Clock& clock, Hold hold = [](const std::string&, int) {});

  std::map<Uid, Fact<MachineState>> look(const std::vector<Uid>& uids) override;
  Result<std::vector<Uid>> list() override;
  Status start(const MachineSpec& spec) override;
  Status stop(const Uid& uid, StopMode mode, Span grace) override;
  Status reap(const Uid& uid) override;
  Result<UniqueFd> exit_notice(const Uid& uid) override;
  Status bound_serial_log(const std::string& serial_log) override;

  // --- the world's hand; each expects a VM that lives
  void guest_shuts_down(const Uid& uid) { end(uid, ExitReason::GuestShutdown, "the guest powered off"); }
  void guest_crashes(const Uid& uid) { end(uid, ExitReason::GuestReset, "the guest reset itself"); }
  void process_dies(const Uid& uid) { end(uid, ExitReason::Killed, "QEMU was ended by SIGKILL"); }
  void hang(const Uid& uid) { living(uid).phase = MachinePhase::Unresponsive; }
  void disk_stops(const Uid& uid) { living(uid).phase = MachinePhase::DiskStopped; }
  void recover(const Uid& uid) { living(uid).phase = MachinePhase::Running; }
  // Every VM and every runtime directory is gone.
  void lose_power() { vms_.clear(); }
  // Every start with this kernel or disk node fails with the reason, until it works again.
  void breaks(const std::string& path, Error why) { broken_.insert_or_assign(path, std::move(why)); }
  void works(const std::string& path) { broken_.erase(path); }

  // --- what a test asks
  bool alive(const Uid& uid) const;
  // What the VM was started with; null when there is none, or only its remains.
  const MachineSpec* running(const Uid& uid) const;
  std::vector<Uid> all_alive() const;
  int starts() const { return starts_; }
  const std::set<std::string>& bounded_logs() const { return bounded_logs_; }

 private:
  struct Vm {
    MachineSpec spec{};
    MachinePhase phase = MachinePhase::Running;
    int pid = 0;
    Moment started_at{};
    std::optional<MachineExit> exit{};
    UniqueFd death{};  // an eventfd that becomes readable when it dies
  };
  Vm& living(const Uid& uid);
  void end(const Uid& uid, ExitReason reason, const std::string& detail);
  MachineState state_of(const Vm& vm) const;
  Status start_now(const MachineSpec& spec);

  Faults& faults_;
  Clock& clock_;
  Hold hold_;
  std::map<Uid, Vm> vms_{};
  std::map<std::string, Error> broken_{};
  std::set<std::string> bounded_logs_{};
  int last_pid_ = 1000;
  int starts_ = 0;
};

}  // namespace cowherd::testing
