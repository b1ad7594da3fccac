// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_machines.h"

#include "tests/contract/machines_contract.h"
#include "tests/fakes/manual_clock.h"

namespace cowherd::testing {
namespace {

class FakeBed final : public MachinesBed {
 public:
  FakeBed() {
    files_.put_directory("/kept");
    machines_.set_disk([this](const std::string& node, const std::string&) { return !full_.contains(node); });
  }
  Machines& machines() override { return machines_; }
  void restart_daemon() override {}  // the model is the world: it keeps nothing of a daemon
  MachineSpec spec(int number) override {
    MachineSpec spec;
    spec.uid = Uid::from_random({static_cast<std::uint8_t>(number)});
    spec.name = "box-" + std::to_string(number);
    spec.memory = 128_MiB;
    spec.disk_node = "/disks/" + std::to_string(number);
    spec.kernel = "/kernel";
    spec.config_digest = "digest";
    return spec;
  }
  MachineSpec spec_that_cannot_start(int number) override {
    MachineSpec broken = spec(number);
    broken.kernel = "/broken";
    machines_.breaks("/broken", make_error(ErrorKind::Failed, "QEMU ended at its start: invalid kernel header"));
    return broken;
  }
  void await_guest(const Uid&) override {}
  void guest_shuts_down(const Uid& uid) override { machines_.guest_shuts_down(uid); }
  void guest_resets(const Uid& uid) override { machines_.guest_crashes(uid); }
  void kill_process(const Uid& uid) override { machines_.process_dies(uid); }
  void hang(const Uid& uid) override { machines_.hang(uid); }
  void recover(const Uid& uid) override { machines_.recover(uid); }
  MachineSpec spec_with_limited_disk(int number) override { return spec(number); }
  void disk_refuses(const Uid& uid) override {
    full_.insert(machines_.running(uid)->disk_node);
    machines_.write_disk(uid, "a write");
  }
  void guest_keeps(const Uid& uid, const std::string& word) override { machines_.write_memory(uid, 3, word); }
  std::string kept_by_guest(const Uid& uid) override { return machines_.memory_at(uid, 3); }
  std::string path(const std::string& name) const override { return "/kept/" + name; }
  void write_image(const MemorySource& memory, const std::string& to) override {
    const std::string bytes = bytes_of(memory, {{}, Bytes{FakeMachines::kPages * kPage.value}});
    ASSERT_TRUE(files_.set_content(to, FakeContent{bytes, memory.size()}));
  }
  std::string image(const std::string& at) override {
    FakeContent content = *files_.content_of(at);
    content.bytes.resize(content.size.value, '\0');
    return content.bytes;
  }
  void garble(const std::string& at) override {
    std::string bytes = files_.content_of(at)->bytes;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    files_.put(at, bytes);
  }
  void cut(const std::string& at) override {
    const std::string bytes = files_.content_of(at)->bytes;
    files_.put(at, bytes.substr(0, bytes.size() / 2));
  }

 private:
  Faults faults_{};
  ManualClock clock_{};
  FakeFileSystem files_{faults_};
  std::set<std::string> full_{};
  FakeMachines machines_{faults_, clock_, [](const std::string&, int) {}, &files_};
};

INSTANTIATE_TEST_SUITE_P(Fake, MachinesContract,
                         ::testing::Values([]() -> std::unique_ptr<MachinesBed> { return std::make_unique<FakeBed>(); }));
INSTANTIATE_TEST_SUITE_P(Fake, SavedGuestContract,
                         ::testing::Values([]() -> std::unique_ptr<MachinesBed> { return std::make_unique<FakeBed>(); }));

struct FakeWorld : ::testing::Test {
  Faults faults{};
  ManualClock clock{};
  std::map<std::string, int> held{};
  FakeFileSystem files{faults};
  FakeMachines machines{faults, clock, [this](const std::string& node, int delta) { held[node] += delta; }, &files};
  MachineSpec spec = FakeBed().spec(1);
};

using FakeMachinesModel = FakeWorld;

TEST_F(FakeMachinesModel, TheDiskIsHeldFromStartToDeath) {
  ASSERT_TRUE(machines.start(spec));
  EXPECT_EQ(held[spec.disk_node], 1);
  machines.guest_crashes(spec.uid);
  EXPECT_EQ(held[spec.disk_node], 0);
  ASSERT_TRUE(machines.reap(spec.uid));
  EXPECT_EQ(held[spec.disk_node], 0);
}

TEST_F(FakeMachinesModel, ADeathOfTheDaemonAfterStartLeavesTheVm) {
  faults.arm(FaultMode::DieAfter, 1);
  EXPECT_THROW(static_cast<void>(machines.start(spec)), SimulatedDeath);
  faults.disarm();
  EXPECT_TRUE(machines.alive(spec.uid));
}

TEST_F(FakeMachinesModel, AFailedLookIsUnknownAndNotAbsent) {
  ASSERT_TRUE(machines.start(spec));
  faults.arm(FaultMode::Fail, 1);
  EXPECT_TRUE(machines.look({spec.uid})[spec.uid].unknown());
}

TEST_F(FakeMachinesModel, APowerLossLeavesNoVm) {
  ASSERT_TRUE(machines.start(spec));
  machines.lose_power();
  EXPECT_TRUE(machines.look({spec.uid})[spec.uid].absent());
  EXPECT_TRUE(machines.start(spec));
}

TEST_F(FakeMachinesModel, AFrozenGuestWritesNothing) {
  ASSERT_TRUE(machines.start(spec));
  ASSERT_TRUE(machines.freeze(spec.uid));
  EXPECT_THROW(machines.write_memory(spec.uid, 0, "late"), std::logic_error);
  machines.recover(spec.uid);
  machines.set_disk([](const std::string&, const std::string&) { return false; });
  machines.write_disk(spec.uid, "refused");
  EXPECT_TRUE(machines.is_frozen(spec.uid)) << "a guest that its disk stopped";
}

TEST_F(FakeMachinesModel, StateAndMemoryOfDifferentMomentsAreTheCallersMistake) {
  files.put_directory("/kept");
  ASSERT_TRUE(machines.start(spec));
  machines.write_memory(spec.uid, 0, "then");
  ASSERT_TRUE(machines.freeze(spec.uid));
  ASSERT_TRUE(machines.save_state(spec.uid, "/kept/state"));
  machines.process_dies(spec.uid);
  ASSERT_TRUE(machines.reap(spec.uid));
  ASSERT_TRUE(files.set_content("/kept/memory", FakeContent{"now", spec.memory}));
  spec.saved = SavedGuest{"id", "/kept/state", "/kept/memory"};
  EXPECT_THROW(static_cast<void>(machines.start(spec)), std::logic_error);
}

TEST_F(FakeMachinesModel, AQuiescedGuestIsLoadedQuiesced) {
  files.put_directory("/kept");
  machines.set_agent(true);
  ASSERT_TRUE(machines.start(spec));
  ASSERT_TRUE(machines.quiesce(spec.uid, Span{1000}));
  ASSERT_TRUE(machines.freeze(spec.uid));
  ASSERT_TRUE(machines.save_state(spec.uid, "/kept/state"));
  machines.process_dies(spec.uid);
  ASSERT_TRUE(machines.reap(spec.uid));
  ASSERT_TRUE(files.set_content("/kept/memory", FakeContent{"", spec.memory}));
  spec.saved = SavedGuest{"id", "/kept/state", "/kept/memory"};
  ASSERT_TRUE(machines.start(spec));
  EXPECT_TRUE(machines.is_quiesced(spec.uid));
  ASSERT_TRUE(machines.thaw(spec.uid));
  ASSERT_TRUE(machines.unquiesce(spec.uid, Span{1000}));
  EXPECT_FALSE(machines.is_quiesced(spec.uid));
  EXPECT_EQ(machines.boots(), 1);
}

TEST_F(FakeMachinesModel, ARefusedWriteIsInTheSavedStateAndIsDoneOnceTheDiskTakesIt) {
  files.put_directory("/kept");
  bool is_full = true;
  std::string written;
  machines.set_disk([&](const std::string&, const std::string& text) {
    if (!is_full) written += text;
    return !is_full;
  });
  ASSERT_TRUE(machines.start(spec));
  machines.write_disk(spec.uid, "precious");
  ASSERT_TRUE(machines.freeze(spec.uid));
  ASSERT_TRUE(machines.save_state(spec.uid, "/kept/state"));
  machines.process_dies(spec.uid);
  ASSERT_TRUE(machines.reap(spec.uid));
  ASSERT_TRUE(files.set_content("/kept/memory", FakeContent{"", spec.memory}));
  spec.saved = SavedGuest{"id", "/kept/state", "/kept/memory"};
  ASSERT_TRUE(machines.start(spec));
  ASSERT_TRUE(machines.thaw(spec.uid));
  EXPECT_EQ(machines.look({spec.uid})[spec.uid]->phase, MachinePhase::DiskStopped);
  EXPECT_EQ(machines.thaw(spec.uid).error().kind, ErrorKind::Exhausted);
  EXPECT_EQ(written, "");
  is_full = false;
  ASSERT_TRUE(machines.thaw(spec.uid));
  ASSERT_TRUE(machines.thaw(spec.uid));
  EXPECT_EQ(written, "precious");
}

TEST_F(FakeMachinesModel, AnUpgradeDoesNotChangeTheBuildOfAVmThatRuns) {
  ASSERT_TRUE(machines.start(spec));
  const MachineBuild before = *machines.look({spec.uid})[spec.uid]->build;
  MachineBuild after = before;
  after.vmm = "QEMU 8.0.0";
  machines.set_build(after);
  EXPECT_EQ(machines.build(spec).value(), after);
  EXPECT_EQ(*machines.look({spec.uid})[spec.uid]->build, before);
}

}  // namespace
}  // namespace cowherd::testing
