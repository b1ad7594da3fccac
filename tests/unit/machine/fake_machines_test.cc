// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_machines.h"

#include "tests/contract/machines_contract.h"
#include "tests/fakes/manual_clock.h"

namespace cowherd::testing {
namespace {

class FakeBed final : public MachinesBed {
 public:
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

 private:
  Faults faults_{};
  ManualClock clock_{};
  FakeMachines machines_{faults_, clock_};
};

INSTANTIATE_TEST_SUITE_P(Fake, MachinesContract,
                         ::testing::Values([]() -> std::unique_ptr<MachinesBed> { return std::make_unique<FakeBed>(); }));

struct FakeWorld : ::testing::Test {
  Faults faults{};
  ManualClock clock{};
  std::map<std::string, int> held{};
  FakeMachines machines{faults, clock, [this](const std::string& node, int delta) { held[node] += delta; }};
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

}  // namespace
}  // namespace cowherd::testing
