// SPDX-License-Identifier: Apache-2.0
// What every Machines does, fake or real: instantiated with a maker of a bed. Include it in one test file per program,
// then INSTANTIATE_TEST_SUITE_P, for SavedGuestContract too.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tests/contract/machines_bed.h"
#include "tests/contract/saved_guest_contract.h"

namespace cowherd::testing {

class MachinesContract : public ::testing::TestWithParam<MakeMachinesBed> {
 protected:
  static constexpr Span kGrace = std::chrono::seconds{20};

  std::unique_ptr<MachinesBed> bed_ = GetParam()();
  MachineSpec spec_ = bed_->spec(1);

  Fact<MachineState> look(const Uid& uid) { return bed_->machines().look({uid})[uid]; }
  Fact<MachineState> look() { return look(spec_.uid); }
  MachinePhase phase(const Uid& uid) {
    const Fact<MachineState> fact = look(uid);
    if (fact.known()) return fact->phase;
    ADD_FAILURE() << (fact.absent() ? "absent" : to_string(fact.why()));
    return MachinePhase::Dead;
  }
  MachineExit exit_of(const Uid& uid) {
    const Fact<MachineState> fact = look(uid);
    if (fact.known() && fact->exit) return *fact->exit;
    ADD_FAILURE() << "no exit is told";
    return {};
  }
  void start() { start(spec_); }
  void start(const MachineSpec& spec) {
    const Status started = bed_->machines().start(spec);
    ASSERT_TRUE(started) << to_string(started.error());
  }
};

TEST_P(MachinesContract, WhatWasNeverStartedIsAbsent) {
  EXPECT_TRUE(look().absent());
  EXPECT_THAT(bed_->machines().list().value(), ::testing::IsEmpty());
  EXPECT_TRUE(bed_->machines().stop(spec_.uid, StopMode::Graceful, kGrace));
  EXPECT_TRUE(bed_->machines().reap(spec_.uid));
  EXPECT_EQ(bed_->machines().exit_notice(spec_.uid).error().kind, ErrorKind::NotFound);
}

TEST_P(MachinesContract, AStartedVmRunsAndTellsWhatItWasStartedWith) {
  start();
  const Fact<MachineState> fact = look();
  ASSERT_TRUE(fact.known());
  EXPECT_EQ(fact->phase, MachinePhase::Running);
  EXPECT_GT(fact->pid, 1);
  EXPECT_EQ(fact->config_digest, spec_.config_digest);
  EXPECT_EQ(fact->memory, spec_.memory);
  EXPECT_EQ(fact->disk_node, spec_.disk_node);
  EXPECT_THAT(fact->accelerator, ::testing::AnyOf("kvm", "tcg"));
  EXPECT_FALSE(fact->exit);
  EXPECT_THAT(bed_->machines().list().value(), ::testing::ElementsAre(spec_.uid));
}

TEST_P(MachinesContract, ASecondStartIsBusyUntilTheRemainsAreReaped) {
  start();
  EXPECT_EQ(bed_->machines().start(spec_).error().kind, ErrorKind::Busy);
  ASSERT_TRUE(bed_->machines().stop(spec_.uid, StopMode::Kill, Span{0}));
  EXPECT_EQ(bed_->machines().start(spec_).error().kind, ErrorKind::Busy);
  ASSERT_TRUE(bed_->machines().reap(spec_.uid));
  start();
  EXPECT_EQ(phase(spec_.uid), MachinePhase::Running);
}

TEST_P(MachinesContract, AStoppedVmIsDeadAsAskedAndItsRemainsStayUntilReaped) {
  start();
  ASSERT_TRUE(bed_->machines().stop(spec_.uid, StopMode::Kill, Span{0}));
  EXPECT_EQ(phase(spec_.uid), MachinePhase::Dead);
  EXPECT_EQ(exit_of(spec_.uid).reason, ExitReason::Stopped);
  EXPECT_TRUE(bed_->machines().stop(spec_.uid, StopMode::Kill, Span{0}));  // again: nothing to do
  EXPECT_EQ(exit_of(spec_.uid), exit_of(spec_.uid));
  EXPECT_THAT(bed_->machines().list().value(), ::testing::ElementsAre(spec_.uid));
  ASSERT_TRUE(bed_->machines().reap(spec_.uid));
  EXPECT_TRUE(look().absent());
  EXPECT_THAT(bed_->machines().list().value(), ::testing::IsEmpty());
}

TEST_P(MachinesContract, AVmThatLivesIsNotReaped) {
  start();
  EXPECT_EQ(bed_->machines().reap(spec_.uid).error().kind, ErrorKind::Busy);
  EXPECT_EQ(phase(spec_.uid), MachinePhase::Running);
}

TEST_P(MachinesContract, AGracefulStopEndsTheGuest) {
  start();
  bed_->await_guest(spec_.uid);
  ASSERT_TRUE(bed_->machines().stop(spec_.uid, StopMode::Graceful, kGrace));
  EXPECT_EQ(exit_of(spec_.uid).reason, ExitReason::Stopped);
}

TEST_P(MachinesContract, AShutdownByTheGuestIsSuccess) {
  start();
  bed_->await_guest(spec_.uid);
  bed_->guest_shuts_down(spec_.uid);
  EXPECT_EQ(phase(spec_.uid), MachinePhase::Dead);
  EXPECT_EQ(exit_of(spec_.uid).reason, ExitReason::GuestShutdown);
  EXPECT_TRUE(is_success(exit_of(spec_.uid).reason));
}

TEST_P(MachinesContract, AResetByTheGuestIsFailure) {
  start();
  bed_->await_guest(spec_.uid);
  bed_->guest_resets(spec_.uid);
  EXPECT_EQ(exit_of(spec_.uid).reason, ExitReason::GuestReset);
  EXPECT_FALSE(is_success(exit_of(spec_.uid).reason));
}

TEST_P(MachinesContract, AKilledProcessIsFailureAndSaysHow) {
  start();
  bed_->kill_process(spec_.uid);
  EXPECT_EQ(exit_of(spec_.uid).reason, ExitReason::Killed);
  EXPECT_THAT(exit_of(spec_.uid).detail, ::testing::HasSubstr("SIGKILL"));
  EXPECT_EQ(bed_->machines().exit_notice(spec_.uid).error().kind, ErrorKind::NotFound);
}

TEST_P(MachinesContract, AHungVmmIsUnresponsiveAndDelaysNobody) {
  const MachineSpec other = bed_->spec(2);
  start();
  start(other);
  bed_->hang(spec_.uid);
  for (int round = 0; round < 2; ++round) {
    const auto before = std::chrono::steady_clock::now();
    auto seen = bed_->machines().look({spec_.uid, other.uid});
    const auto took = std::chrono::steady_clock::now() - before;
    EXPECT_LT(took, round == 0 ? Span{300} : Span{100}) << "round " << round;
    ASSERT_TRUE(seen[spec_.uid].known());
    EXPECT_EQ(seen[spec_.uid]->phase, MachinePhase::Unresponsive);
    ASSERT_TRUE(seen[other.uid].known());
    EXPECT_EQ(seen[other.uid]->phase, MachinePhase::Running);
  }
  bed_->recover(spec_.uid);
  bool recovered = false;
  for (int tries = 0; tries < 250 && !recovered; ++tries) {
    recovered = phase(spec_.uid) == MachinePhase::Running;
    if (!recovered) ::poll(nullptr, 0, 20);
  }
  EXPECT_TRUE(recovered);
}

TEST_P(MachinesContract, AHungVmmCanBeStopped) {
  start();
  bed_->hang(spec_.uid);
  ASSERT_TRUE(bed_->machines().stop(spec_.uid, StopMode::Graceful, Span{500}));
  EXPECT_EQ(exit_of(spec_.uid).reason, ExitReason::Stopped);
}

TEST_P(MachinesContract, AnotherDaemonAdoptsTheSameProcess) {
  start();
  const int pid = look()->pid;
  bed_->restart_daemon();
  const Fact<MachineState> adopted = look();
  ASSERT_TRUE(adopted.known());
  EXPECT_EQ(adopted->phase, MachinePhase::Running);
  EXPECT_EQ(adopted->pid, pid);
  EXPECT_EQ(bed_->machines().start(spec_).error().kind, ErrorKind::Busy);
  ASSERT_TRUE(bed_->machines().stop(spec_.uid, StopMode::Kill, Span{0}));
  EXPECT_EQ(exit_of(spec_.uid).reason, ExitReason::Stopped);
}

TEST_P(MachinesContract, TheExitIsNoticed) {
  start();
  const Result<UniqueFd> notice = bed_->machines().exit_notice(spec_.uid);
  ASSERT_TRUE(notice) << to_string(notice.error());
  pollfd wait{notice->get(), POLLIN, 0};
  EXPECT_EQ(::poll(&wait, 1, 0), 0);
  bed_->kill_process(spec_.uid);
  EXPECT_EQ(::poll(&wait, 1, 5000), 1);
}

TEST_P(MachinesContract, AStartThatFailsLeavesNothing) {
  const MachineSpec broken = bed_->spec_that_cannot_start(3);
  const Status started = bed_->machines().start(broken);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::Failed);
  EXPECT_TRUE(look(broken.uid).absent());
  EXPECT_THAT(bed_->machines().list().value(), ::testing::IsEmpty());
}

TEST_P(MachinesContract, OneVmEndsAndTheOtherGoesOn) {
  const MachineSpec other = bed_->spec(2);
  start();
  start(other);
  ASSERT_TRUE(bed_->machines().stop(spec_.uid, StopMode::Kill, Span{0}));
  EXPECT_EQ(phase(spec_.uid), MachinePhase::Dead);
  EXPECT_EQ(phase(other.uid), MachinePhase::Running);
}

}  // namespace cowherd::testing
