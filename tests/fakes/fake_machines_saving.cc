// SPDX-License-Identifier: Apache-2.0
// The part of FakeMachines that keeps guests and loads them again.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "resources/files/bulk.h"
#include "resources/files/json.h"
#include "tests/fakes/fake_machines.h"

namespace cowherd::testing {
namespace {

// Some bytes, then zeroes up to the size.
class FakeGuestMemory final : public MemorySource {
 public:
  FakeGuestMemory(std::string bytes, Bytes size) : bytes_(std::move(bytes)), size_(size) {}
  Bytes size() const override { return size_; }
  Status read(Bytes offset, std::span<char> to) const override {
    if (offset > size_ || Bytes{to.size()} > size_ - offset) return fail(ErrorKind::Stale, "the memory ends before");
    std::fill(to.begin(), to.end(), '\0');
    if (offset.value >= bytes_.size()) return {};
    bytes_.copy(to.data(), to.size(), offset.value);
    return {};
  }
  Result<PageRange> next_data(Bytes offset) const override {
    if (offset.value >= bytes_.size()) return PageRange{size_, {}};
    return PageRange{offset, Bytes{bytes_.size()} - offset};
  }

 private:
  std::string bytes_;
  Bytes size_;
};

constexpr const char* kStateMagic = "fake device state";

std::string digest_of_memory(std::string memory) {
  while (!memory.empty() && memory.back() == '\0') memory.pop_back();
  return sha256(memory).str();
}

struct FakeState {
  std::string memory{};  // its digest
  std::int64_t bytes = 0;
  bool quiesced = false;
  std::string refused{};
};

std::string print_state(const FakeState& state) {
  Value value = Value::map();
  value.set("magic", kStateMagic);
  value.set("memory", state.memory);
  value.set("bytes", state.bytes);
  value.set("refused", state.refused);
  value.set("quiesced", Value(std::int64_t{state.quiesced ? 1 : 0}));
  const std::string text = print_json(value, JsonStyle::Compact);
  return text + "\n" + sha256(text).str();
}

Result<FakeState> parse_state(const std::string& content) {
  const std::string text = content.substr(0, content.find('\n'));
  if (content != text + "\n" + sha256(text).str()) {
    return fail(ErrorKind::Corrupt, "load of migration failed: no state of a VM");
  }
  COWHERD_ASSIGN(const Value value, parse_json(text));
  FakeState state;
  COWHERD_ASSIGN(state.memory, string_at(value, "memory"));
  COWHERD_ASSIGN(state.bytes, integer_at(value, "bytes"));
  COWHERD_ASSIGN(const std::int64_t quiesced, integer_at(value, "quiesced"));
  state.quiesced = quiesced != 0;
  COWHERD_ASSIGN(state.refused, string_at(value, "refused"));
  return state;
}

}  // namespace

Result<FakeMachines::Vm*> FakeMachines::answering(const Uid& uid) {
  if (!alive(uid)) return fail(ErrorKind::NotFound, "no VM lives");
  Vm& vm = vms_.at(uid);
  if (vm.phase == MachinePhase::Unresponsive) return fail(ErrorKind::Busy, "QEMU does not answer");
  return &vm;
}

Result<FakeMachines::Vm*> FakeMachines::answering_frozen(const Uid& uid) {
  COWHERD_ASSIGN(Vm* const vm, answering(uid));
  if (!frozen(*vm)) return fail(ErrorKind::Stale, "the guest is not frozen");
  return vm;
}

Result<MachineBuild> FakeMachines::build(const MachineSpec&) {
  return faults_.call("machines.build", [&]() -> Result<MachineBuild> { return build_; });
}

Status FakeMachines::freeze(const Uid& uid) {
  return faults_.call("machines.freeze", [&]() -> Status {
    COWHERD_ASSIGN(Vm* const vm, answering(uid));
    if (!frozen(*vm)) vm->phase = MachinePhase::Paused;
    return {};
  });
}

Status FakeMachines::thaw(const Uid& uid) {
  return faults_.call("machines.thaw", [&]() -> Status {
    COWHERD_ASSIGN(Vm* const vm, answering(uid));
    const MachinePhase before = std::exchange(vm->phase, MachinePhase::Running);
    if (vm->spec.saved && !std::exchange(vm->ran_on, true)) ++runs_[uid.str() + " " + vm->spec.saved->id];
    try_refused(*vm);
    if (before != MachinePhase::DiskStopped || vm->phase == MachinePhase::Running) return {};
    return fail(ErrorKind::Exhausted, "the guest was stopped again: its disk takes no write still");
  });
}

void FakeMachines::try_refused(Vm& vm) {
  if (vm.refused.empty()) return;
  if (disk_(vm.spec.disk_node, vm.refused)) {
    vm.refused.clear();
  } else {
    vm.phase = MachinePhase::DiskStopped;
  }
}

void FakeMachines::write_disk(const Uid& uid, const std::string& text) {
  Vm& vm = living(uid);
  if (frozen(vm)) throw std::logic_error("a frozen guest writes nothing");
  vm.refused = text;
  try_refused(vm);
}

bool FakeMachines::ran_twice() const {
  return std::any_of(runs_.begin(), runs_.end(), [](const auto& entry) { return entry.second > 1; });
}

Status FakeMachines::save_state(const Uid& uid, const std::string& path) {
  return faults_.call("machines.save_state", [&]() -> Status {
    COWHERD_ASSIGN(const Vm* const vm, answering_frozen(uid));
    return save_now(*vm, path);
  });
}

Status FakeMachines::save_now(const Vm& vm, const std::string& path) {
  if (files_ == nullptr) throw std::logic_error("these machines were made without files");
  if (files_->exists(path)) return fail(ErrorKind::Busy, "create '" + path + "': File exists (EEXIST)");
  const std::string text = print_state(
      {digest_of_memory(vm.memory), static_cast<std::int64_t>(vm.spec.memory.value), vm.quiesced, vm.refused});
  return files_->set_content(path, FakeContent{text, Bytes{text.size()}});
}

Status FakeMachines::load(Vm& vm, const SavedGuest& saved) {
  if (files_ == nullptr) throw std::logic_error("these machines were made without files");
  const Result<FakeContent> written = files_->content_of(saved.state_file);
  const Result<FakeContent> image = files_->content_of(saved.memory_image);
  if (!written || !image) return fail(ErrorKind::Corrupt, "load the guest: its files are not there");
  if (image->size != vm.spec.memory) return fail(ErrorKind::Corrupt, "load the guest: its memory is of another size");
  COWHERD_ASSIGN(const FakeState state, parse_state(written->bytes));
  if (Bytes{static_cast<std::uint64_t>(state.bytes)} != vm.spec.memory) {
    return fail(ErrorKind::Corrupt, "load of migration failed: its memory was of another size");
  }
  if (state.memory != digest_of_memory(image->bytes)) {
    throw std::logic_error("the saved state and the memory image are of different moments: " + saved.state_file);
  }
  vm.memory = image->bytes;
  vm.memory.resize(std::min(kPages * kPage.value, vm.spec.memory.value), '\0');
  vm.quiesced = state.quiesced;
  vm.refused = state.refused;
  vm.phase = MachinePhase::Paused;
  return {};
}

Result<GuestMemory> FakeMachines::memory(const Uid& uid) {
  return faults_.call("machines.memory", [&]() -> Result<GuestMemory> {
    COWHERD_ASSIGN(const Vm* const vm, answering_frozen(uid));
    GuestMemory memory;
    memory.content = std::make_unique<FakeGuestMemory>(vm->memory, vm->spec.memory);
    if (!vm->spec.saved) return memory;
    memory.changed.emplace();
    for (const std::size_t page : vm->dirty) memory.changed->push_back({Bytes{page * kPage.value}, kPage});
    return memory;
  });
}

Status FakeMachines::talk_to_agent(const Uid& uid, bool quiesced) {
  COWHERD_ASSIGN(Vm* const vm, answering(uid));
  if (!agent_answers_ || frozen(*vm)) return fail(ErrorKind::Failed, "the guest agent does not answer");
  vm->quiesced = quiesced;
  return {};
}

Status FakeMachines::quiesce(const Uid& uid, Span) {
  return faults_.call("machines.quiesce", [&] { return talk_to_agent(uid, true); });
}

Status FakeMachines::unquiesce(const Uid& uid, Span) {
  return faults_.call("machines.unquiesce", [&] { return talk_to_agent(uid, false); });
}

void FakeMachines::write_memory(const Uid& uid, std::size_t page, std::string_view text) {
  Vm& vm = living(uid);
  if (frozen(vm)) throw std::logic_error("a frozen guest writes nothing");
  if (text.size() > kPage.value || (page + 1) * kPage.value > vm.memory.size()) {
    throw std::logic_error("the text does not fit the guest's memory");
  }
  std::string whole(text);
  whole.resize(kPage.value, '\0');
  vm.memory.replace(page * kPage.value, kPage.value, whole);
  vm.dirty.insert(page);
}

std::string FakeMachines::memory_at(const Uid& uid, std::size_t page) {
  std::string text = living(uid).memory.substr(page * kPage.value, kPage.value);
  return text.substr(0, text.find_last_not_of('\0') + 1);
}

}  // namespace cowherd::testing
