// SPDX-License-Identifier: Apache-2.0
// Virtual machines as a model: they live on when the daemon dies (keep the object) and are gone when the host loses power.
// Each Machines call is one host call of Faults; everything else here is the world's or the test's hand. One thread only.
//
// A guest has a few pages that hold something; the rest of its memory is zero. Saved state tells of which memory it is: to
// load it with the memory of another moment is a mistake of the caller that a real VMM does not notice, and a
// std::logic_error here.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "resources/files/clock.h"
#include "resources/machine/machine.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/fakes/faults.h"

namespace cowherd::testing {

class FakeMachines final : public Machines {
 public:
  // hold is told +1 when a VM opens its disk node and -1 when its process is dead; not at a power loss.
  using Hold = std::function<void(const std::string& node, int delta)>;
  // Whether a disk took what the guest wrote to its node.
  using Disk = std::function<bool(const std::string& node, const std::string& text)>;
  // Saving and loading guests needs files.
  FakeMachines(Faults& faults, Clock& clock, Hold hold = [](const std::string&, int) {}, FakeFileSystem* files = nullptr);

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

  // --- the world's hand; each expects a VM that lives
  void guest_shuts_down(const Uid& uid) { end(uid, ExitReason::GuestShutdown, "the guest powered off"); }
  void guest_crashes(const Uid& uid) { end(uid, ExitReason::GuestReset, "the guest reset itself"); }
  void process_dies(const Uid& uid) { end(uid, ExitReason::Killed, "QEMU was ended by SIGKILL"); }
  void hang(const Uid& uid) { living(uid).phase = MachinePhase::Unresponsive; }
  void recover(const Uid& uid) { living(uid).phase = MachinePhase::Running; }
  // What the guest does; it cannot while it is frozen. The page is of 4096 bytes, among the first kPages.
  static constexpr std::size_t kPages = 40;
  void write_memory(const Uid& uid, std::size_t page, std::string_view text);
  // It stands still with what its disk does not take, until a thaw finds that the disk does.
  void write_disk(const Uid& uid, const std::string& text);
  // The disks guests write to; at first one that takes everything.
  void set_disk(Disk disk) { disk_ = std::move(disk); }
  // Whether guests have an agent that answers; they have none at first.
  void set_agent(bool answers) { agent_answers_ = answers; }
  // The host has another VMM from now on. Saved state is loaded all the same: to compare builds is the caller's part.
  void set_build(MachineBuild build) { build_ = std::move(build); }
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
  int boots() const { return boots_; }  // those of them without a saved guest
  // What the guest wrote there, without the zeroes behind it.
  std::string memory_at(const Uid& uid, std::size_t page);
  std::string loaded(const Uid& uid) { return state_of(living(uid)).loaded; }
  bool is_frozen(const Uid& uid) { return frozen(living(uid)); }
  // A kept guest of one VM that ran on more than once: its disk was not where it left it the second time.
  bool ran_twice() const;
  bool is_quiesced(const Uid& uid) { return living(uid).quiesced; }
  const std::set<std::string>& bounded_logs() const { return bounded_logs_; }

 private:
  struct Vm {
    MachineSpec spec{};
    MachinePhase phase = MachinePhase::Running;
    int pid = 0;
    Moment started_at{};
    std::optional<MachineExit> exit{};
    UniqueFd death{};  // an eventfd that becomes readable when it dies
    MachineBuild build{};
    std::string memory{};           // its first kPages pages
    std::set<std::size_t> dirty{};  // pages written since it was loaded
    bool quiesced = false;
    bool ran_on = false;  // since it was loaded
    std::string refused{};  // what its disk did not take
  };
  static bool frozen(const Vm& vm) {
    return vm.phase == MachinePhase::Paused || vm.phase == MachinePhase::DiskStopped;
  }
  Vm& living(const Uid& uid);
  void end(const Uid& uid, ExitReason reason, const std::string& detail);
  MachineState state_of(const Vm& vm) const;
  Status start_now(const MachineSpec& spec);
  // The VM of a call that talks to it: NotFound when none lives, Busy when it hangs.
  Result<Vm*> answering(const Uid& uid);
  Result<Vm*> answering_frozen(const Uid& uid);
  void try_refused(Vm& vm);
  Status save_now(const Vm& vm, const std::string& path);
  Status load(Vm& vm, const SavedGuest& saved);
  Status talk_to_agent(const Uid& uid, bool quiesced);

  Faults& faults_;
  Clock& clock_;
  Hold hold_;
  FakeFileSystem* files_;
  Disk disk_ = [](const std::string&, const std::string&) { return true; };
  std::map<Uid, Vm> vms_{};
  std::map<std::string, Error> broken_{};
  std::set<std::string> bounded_logs_{};
  std::map<std::string, int> runs_{};  // of kept guests, by uid and build
  int last_pid_ = 1000;
  int starts_ = 0;
  int boots_ = 0;
  MachineBuild build_{"QEMU 7.2.0", "fake-1", "max", "tcg", "firmware"};
  bool agent_answers_ = false;
};

}  // namespace cowherd::testing
