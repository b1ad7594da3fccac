// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_machines.h"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace cowherd::testing {

FakeMachines::FakeMachines(Faults& faults, Clock& clock, Hold hold, FakeFileSystem* files)
    : faults_(faults), clock_(clock), hold_(std::move(hold)), files_(files) {}

MachineState FakeMachines::state_of(const Vm& vm) const {
  MachineState state;
  state.phase = vm.exit ? MachinePhase::Dead : vm.phase;
  state.pid = vm.pid;
  state.started_at = vm.started_at;
  state.config_digest = vm.spec.config_digest;
  state.accelerator = "tcg";
  state.memory = vm.spec.memory;
  state.vcpus = vm.spec.vcpus;
  state.network = vm.spec.network;
  state.disk_node = vm.spec.disk_node;
  state.exit = vm.exit;
  state.build = vm.build;
  if (vm.spec.saved) state.loaded = vm.spec.saved->id;
  return state;
}

std::map<Uid, Fact<MachineState>> FakeMachines::look(const std::vector<Uid>& uids) {
  using Seen = std::map<Uid, Fact<MachineState>>;
  const Result<Seen> seen = faults_.call("machines.look", [&]() -> Result<Seen> {
    Seen facts;
    for (const Uid& uid : uids) {
      const auto vm = vms_.find(uid);
      facts[uid] = vm == vms_.end() ? Fact<MachineState>(Absent{}) : Fact<MachineState>(state_of(vm->second));
    }
    return facts;
  });
  if (seen) return *seen;
  Seen unknown;
  for (const Uid& uid : uids) unknown[uid] = Fact<MachineState>(seen.error());
  return unknown;
}

Result<std::vector<Uid>> FakeMachines::list() {
  return faults_.call("machines.list", [&]() -> Result<std::vector<Uid>> {
    std::vector<Uid> uids;
    for (const auto& [uid, vm] : vms_) uids.push_back(uid);
    return uids;
  });
}

Status FakeMachines::start(const MachineSpec& spec) {
  return faults_.call("machines.start", [&] { return start_now(spec); });
}

Status FakeMachines::start_now(const MachineSpec& spec) {
  const auto existing = vms_.find(spec.uid);
  if (existing != vms_.end()) {
    return fail(ErrorKind::Busy, existing->second.exit ? "the remains of the VM are not reaped" : "the VM runs");
  }
  for (const std::string& path : {spec.kernel, spec.disk_node}) {
    const auto broken = broken_.find(path);
    if (broken != broken_.end()) return fail(broken->second);
  }
  Vm vm;
  vm.spec = spec;
  vm.pid = ++last_pid_;
  vm.started_at = clock_.now();
  vm.death = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  vm.build = build_;
  vm.memory.assign(std::min(kPages * kPage.value, spec.memory.value), '\0');
  if (spec.saved) COWHERD_TRY(load(vm, *spec.saved));
  if (!spec.saved) ++boots_;
  vms_.emplace(spec.uid, std::move(vm));
  hold_(spec.disk_node, +1);
  ++starts_;
  return {};
}

Status FakeMachines::stop(const Uid& uid, StopMode, Span) {
  return faults_.call("machines.stop", [&]() -> Status {
    if (alive(uid)) end(uid, ExitReason::Stopped, "stopped as asked");
    return {};
  });
}

Status FakeMachines::reap(const Uid& uid) {
  return faults_.call("machines.reap", [&]() -> Status {
    if (alive(uid)) return fail(ErrorKind::Busy, "the VM lives");
    vms_.erase(uid);
    return {};
  });
}

Result<UniqueFd> FakeMachines::exit_notice(const Uid& uid) {
  return faults_.call("machines.exit_notice", [&]() -> Result<UniqueFd> {
    if (!alive(uid)) return fail(ErrorKind::NotFound, "no VM lives");
    return UniqueFd(::fcntl(vms_.at(uid).death.get(), F_DUPFD_CLOEXEC, 0));
  });
}

Status FakeMachines::bound_serial_log(const std::string& serial_log) {
  return faults_.call("machines.bound_serial_log", [&]() -> Status {
    bounded_logs_.insert(serial_log);
    return {};
  });
}

bool FakeMachines::alive(const Uid& uid) const { return running(uid) != nullptr; }

const MachineSpec* FakeMachines::running(const Uid& uid) const {
  const auto vm = vms_.find(uid);
  return vm == vms_.end() || vm->second.exit ? nullptr : &vm->second.spec;
}

std::vector<Uid> FakeMachines::all_alive() const {
  std::vector<Uid> uids;
  for (const auto& [uid, vm] : vms_) {
    if (!vm.exit) uids.push_back(uid);
  }
  return uids;
}

FakeMachines::Vm& FakeMachines::living(const Uid& uid) {
  if (!alive(uid)) throw std::logic_error("the test expects a VM that lives: " + uid.str());
  return vms_.at(uid);
}

void FakeMachines::end(const Uid& uid, ExitReason reason, const std::string& detail) {
  Vm& vm = living(uid);
  vm.exit = MachineExit{reason, detail, clock_.now()};
  const std::uint64_t one = 1;
  if (::write(vm.death.get(), &one, sizeof one) != sizeof one) throw std::logic_error("an eventfd takes no event");
  hold_(vm.spec.disk_node, -1);
}

}  // namespace cowherd::testing
