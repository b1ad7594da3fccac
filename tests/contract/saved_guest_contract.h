// SPDX-License-Identifier: Apache-2.0
// What every Machines does about guests that are frozen, kept and loaded, fake or real: the other half of
// machines_contract.h, which includes it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tests/contract/machines_bed.h"

namespace cowherd::testing {

using MakeMachinesBed = std::function<std::unique_ptr<MachinesBed>()>;

class SavedGuestContract : public ::testing::TestWithParam<MakeMachinesBed> {
 protected:
  std::unique_ptr<MachinesBed> bed_ = GetParam()();
  MachineSpec spec_ = bed_->spec(1);

  Machines& machines() { return bed_->machines(); }
  static void expect(const Status& status) { EXPECT_TRUE(status) << to_string(status.error()); }
  Fact<MachineState> look() { return machines().look({spec_.uid})[spec_.uid]; }
  MachinePhase phase() {
    const Fact<MachineState> fact = look();
    EXPECT_TRUE(fact.known());
    return fact.known() ? fact->phase : MachinePhase::Dead;
  }
  void boot() {
    const Status started = machines().start(spec_);
    ASSERT_TRUE(started) << to_string(started.error());
    bed_->await_guest(spec_.uid);
  }
  GuestMemory memory() {
    Result<GuestMemory> memory = machines().memory(spec_.uid);
    EXPECT_TRUE(memory) << to_string(memory.error());
    return memory ? *std::move(memory) : GuestMemory{};
  }
  void end() {
    expect(machines().stop(spec_.uid, StopMode::Kill, Span{0}));
    expect(machines().reap(spec_.uid));
  }
  // Freezes the guest and writes it down; its VM lives on.
  SavedGuest keep(const std::string& id) {
    const SavedGuest saved{id, bed_->path(id + ".state"), bed_->path(id + ".memory")};
    expect(machines().freeze(spec_.uid));
    expect(machines().save_state(spec_.uid, saved.state_file));
    bed_->write_image(*memory().content, saved.memory_image);
    return saved;
  }
  void load(const SavedGuest& saved) {
    spec_.saved = saved;
    const Status started = machines().start(spec_);
    ASSERT_TRUE(started) << to_string(started.error());
  }
  void expect_corrupt(const SavedGuest& saved) {
    spec_.saved = saved;
    const Status started = machines().start(spec_);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, ErrorKind::Corrupt) << to_string(started.error());
    EXPECT_TRUE(look().absent());
    EXPECT_THAT(machines().list().value(), ::testing::IsEmpty());
  }
};

TEST_P(SavedGuestContract, AFrozenGuestIsPausedUntilItIsThawed) {
  boot();
  for (int twice = 0; twice < 2; ++twice) {
    expect(machines().freeze(spec_.uid));
    EXPECT_EQ(phase(), MachinePhase::Paused);
  }
  for (int twice = 0; twice < 2; ++twice) {
    expect(machines().thaw(spec_.uid));
    EXPECT_EQ(phase(), MachinePhase::Running);
  }
}

TEST_P(SavedGuestContract, AGuestWhoseDiskTakesNothingStandsStillAndIsNotThawed) {
  spec_ = bed_->spec_with_limited_disk(1);
  boot();
  bed_->disk_refuses(spec_.uid);
  EXPECT_EQ(phase(), MachinePhase::DiskStopped);
  for (int twice = 0; twice < 2; ++twice) {
    const Status thawed = machines().thaw(spec_.uid);
    ASSERT_FALSE(thawed);
    EXPECT_EQ(thawed.error().kind, ErrorKind::Exhausted) << to_string(thawed.error());
    EXPECT_EQ(phase(), MachinePhase::DiskStopped);
  }
}

TEST_P(SavedGuestContract, WhatDoesNotLiveIsNotFound) {
  for (const bool dead : {false, true}) {
    if (dead) {
      ASSERT_TRUE(machines().start(spec_));
      expect(machines().stop(spec_.uid, StopMode::Kill, Span{0}));
    }
    EXPECT_EQ(machines().freeze(spec_.uid).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(machines().thaw(spec_.uid).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(machines().save_state(spec_.uid, bed_->path("state")).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(machines().memory(spec_.uid).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(machines().quiesce(spec_.uid, Span{50}).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(machines().unquiesce(spec_.uid, Span{50}).error().kind, ErrorKind::NotFound);
  }
}

TEST_P(SavedGuestContract, AGuestThatRunsIsNotWrittenDown) {
  ASSERT_TRUE(machines().start(spec_));
  EXPECT_EQ(machines().save_state(spec_.uid, bed_->path("state")).error().kind, ErrorKind::Stale);
  EXPECT_EQ(machines().memory(spec_.uid).error().kind, ErrorKind::Stale);
  EXPECT_EQ(phase(), MachinePhase::Running);
  expect(machines().freeze(spec_.uid));
  expect(machines().save_state(spec_.uid, bed_->path("state")));
}

TEST_P(SavedGuestContract, AFileThatIsThereIsNotOverwritten) {
  ASSERT_TRUE(machines().start(spec_));
  expect(machines().freeze(spec_.uid));
  expect(machines().save_state(spec_.uid, bed_->path("state")));
  const std::string before = bed_->image(bed_->path("state"));
  EXPECT_EQ(machines().save_state(spec_.uid, bed_->path("state")).error().kind, ErrorKind::Busy);
  EXPECT_EQ(bed_->image(bed_->path("state")), before);
}

TEST_P(SavedGuestContract, AfterABootNoPageIsOfAnImage) {
  boot();
  expect(machines().freeze(spec_.uid));
  const GuestMemory all = memory();
  ASSERT_TRUE(all.content);
  EXPECT_EQ(all.content->size(), spec_.memory);
  EXPECT_FALSE(all.changed);
  EXPECT_EQ(look()->loaded, "");
}

TEST_P(SavedGuestContract, AKeptGuestGoesOnInTheSameVm) {
  boot();
  bed_->guest_keeps(spec_.uid, "apple");
  keep("first");
  expect(machines().thaw(spec_.uid));
  EXPECT_EQ(phase(), MachinePhase::Running);
  EXPECT_EQ(bed_->kept_by_guest(spec_.uid), "apple");
}

TEST_P(SavedGuestContract, ALoadedGuestIsPausedAndGoesOnWithWhatItHadInMemory) {
  boot();
  bed_->guest_keeps(spec_.uid, "apple");
  const SavedGuest saved = keep("first");
  end();
  load(saved);
  EXPECT_EQ(phase(), MachinePhase::Paused);
  EXPECT_EQ(look()->loaded, "first");
  bed_->restart_daemon();
  EXPECT_EQ(phase(), MachinePhase::Paused) << "another daemon sees the same";
  EXPECT_EQ(look()->loaded, "first");
  expect(machines().thaw(spec_.uid));
  EXPECT_EQ(phase(), MachinePhase::Running);
  EXPECT_EQ(bed_->kept_by_guest(spec_.uid), "apple");
}

TEST_P(SavedGuestContract, TheChangedPagesOverTheImageAreTheMemoryAndTheImageStays) {
  boot();
  bed_->guest_keeps(spec_.uid, "apple");
  const SavedGuest first = keep("first");
  end();
  std::string expected = bed_->image(first.memory_image);
  load(first);
  expect(machines().thaw(spec_.uid));
  bed_->guest_keeps(spec_.uid, "pear");
  const SavedGuest second = keep("second");
  EXPECT_EQ(bed_->image(first.memory_image), expected) << "the image is only read";
  const GuestMemory now = memory();
  ASSERT_TRUE(now.changed);
  EXPECT_FALSE(now.changed->empty());
  EXPECT_TRUE(check_ranges(*now.changed, spec_.memory));
  for (const PageRange& range : *now.changed) {
    expected.replace(range.offset.value, range.length.value, bytes_of(*now.content, range));
  }
  EXPECT_TRUE(bed_->image(second.memory_image) == expected);
  end();
  load(second);
  expect(machines().thaw(spec_.uid));
  EXPECT_EQ(bed_->kept_by_guest(spec_.uid), "pear");
}

TEST_P(SavedGuestContract, DamagedFilesAreCorruptAndLeaveNothing) {
  ASSERT_TRUE(machines().start(spec_));
  const SavedGuest saved = keep("first");
  const SavedGuest second{"second", bed_->path("second.state"), saved.memory_image};
  expect(machines().save_state(spec_.uid, second.state_file));
  end();
  bed_->garble(saved.state_file);
  expect_corrupt(saved);
  bed_->cut(saved.state_file);
  expect_corrupt(saved);
  expect_corrupt({"third", bed_->path("absent"), saved.memory_image});
  expect_corrupt({"third", second.state_file, bed_->path("absent")});
  spec_.memory = spec_.memory + spec_.memory;
  expect_corrupt(second);
  spec_.memory = bed_->spec(1).memory;
  load(second);
  EXPECT_EQ(phase(), MachinePhase::Paused);
}

TEST_P(SavedGuestContract, ALoadedGuestThatIsNeverThawedCanBeStopped) {
  ASSERT_TRUE(machines().start(spec_));
  const SavedGuest saved = keep("first");
  end();
  load(saved);
  expect(machines().stop(spec_.uid, StopMode::Graceful, std::chrono::seconds{20}));
  EXPECT_EQ(look()->exit->reason, ExitReason::Stopped);
  expect(machines().reap(spec_.uid));
  load(saved);
  EXPECT_EQ(phase(), MachinePhase::Paused) << "its files were only read";
}

TEST_P(SavedGuestContract, TheBuildIsThatOfTheVmThatRuns) {
  const Result<MachineBuild> build = machines().build(spec_);
  ASSERT_TRUE(build) << to_string(build.error());
  EXPECT_EQ(machines().build(spec_).value(), *build);
  ASSERT_TRUE(machines().start(spec_));
  ASSERT_TRUE(look()->build);
  EXPECT_EQ(*look()->build, *build);
  EXPECT_EQ(look()->build->accelerator, look()->accelerator);
}

TEST_P(SavedGuestContract, AnUnansweredQuiesceFailsInTime) {
  boot();
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(machines().quiesce(spec_.uid, Span{200}).error().kind, ErrorKind::Failed);
  EXPECT_EQ(machines().unquiesce(spec_.uid, Span{200}).error().kind, ErrorKind::Failed);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{2});
  EXPECT_EQ(phase(), MachinePhase::Running);
}

}  // namespace cowherd::testing
