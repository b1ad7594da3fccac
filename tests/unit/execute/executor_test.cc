// SPDX-License-Identifier: Apache-2.0
#include "reconciler/execute/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "resources/block/host_disks.h"
#include "tests/fakes/fake_bulk_files.h"
#include "tests/fakes/fake_device_mapper.h"
#include "tests/fakes/fake_file_parts.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/fakes/fake_image_files.h"
#include "tests/fakes/fake_image_tools.h"
#include "tests/fakes/fake_loop_devices.h"
#include "tests/fakes/fake_machines.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_catalog.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Jobs wait until the test lets them run: work that takes its time, or hangs.
class HeldWorkers final : public Workers {
 public:
  void run(std::function<void()> job) override { jobs.push_back(std::move(job)); }
  void let_one_run() {
    jobs.front()();
    jobs.pop_front();
  }
  std::deque<std::function<void()>> jobs{};
};

class ExecutorTest : public ::testing::Test {
 protected:
  // Removing a leftover is the smallest step there is: one path, no object behind it.
  Step leftover(const std::string& name, std::vector<std::size_t> after = {}) {
    const std::string path = layout_.trash() + "/.staging-" + name;
    files_.put(path + "/data", "x");
    return {Action{RemoveLeftover{path, "Leftover/" + name}}, "interrupted work", std::move(after), false};
  }
  Step create(const std::string& name, std::vector<std::size_t> after = {}) {
    SandboxIdentity identity;
    identity.uid = Uid::from_random({static_cast<unsigned char>(name.front())});
    identity.name = *ResourceName::make(name);
    identity.template_name = "base";
    return {Action{CreateSandbox{identity, Digest{}}}, "declared", std::move(after), false};
  }
  static Plan plan_of(std::vector<Step> steps) {
    Plan plan;
    plan.steps = std::move(steps);
    return plan;
  }
  bool is_there(const std::string& name) { return files_.exists(layout_.trash() + "/.staging-" + name); }
  std::vector<std::string> objects(const std::vector<Outcome>& outcomes) {
    std::vector<std::string> names;
    for (const Outcome& outcome : outcomes) names.push_back(outcome.object + " " + std::string(to_string(outcome.kind)));
    return names;
  }

  Faults faults_{};
  ManualClock clock_{};
  FakeFileSystem files_{faults_};
  FakeBulkFiles bulk_{files_, faults_};
  FakeFileParts parts_{files_, faults_};
  FakeImageTools images_{files_, faults_};
  FakeImageFiles memory_files_{files_, faults_};
  FakeLoopDevices loops_{files_, faults_};
  FakeDeviceMapper device_mapper_{loops_, faults_};
  FakeMachines machines_{faults_, clock_, [](const std::string&, int) {}};
  MemoryCatalog catalog_{faults_};
  Layout layout_{"/state"};
  Store store_{{files_, bulk_, images_, parts_}, clock_, layout_};
  HostDisks disks_{device_mapper_, loops_, files_, parts_, images_, "01020304", DiskDriverKind::Qcow2};
  HeldWorkers workers_{};
  int notices_ = 0;
  Executor executor_{{store_, files_, bulk_, memory_files_, disks_, machines_, clock_}, catalog_, workers_, LaneLimits{2, 2, 2, 2, 1},
                     [this] { ++notices_; }};
};

TEST_F(ExecutorTest, AStepWaitsForThoseBeforeIt) {
  executor_.adopt(plan_of({leftover("a"), leftover("b", {0})}));
  executor_.pump();
  ASSERT_THAT(workers_.jobs, SizeIs(1));
  workers_.let_one_run();
  EXPECT_EQ(notices_, 1);
  EXPECT_THAT(objects(executor_.collect()), ElementsAre("Leftover/a done"));
  executor_.pump();
  workers_.let_one_run();
  EXPECT_THAT(objects(executor_.collect()), ElementsAre("Leftover/b done"));
  EXPECT_TRUE(executor_.is_idle());
  EXPECT_FALSE(is_there("a") || is_there("b"));
  EXPECT_THAT(catalog_.peek().open_intents, IsEmpty());
}

TEST_F(ExecutorTest, TheIntentIsRecordedBeforeTheStep) {
  executor_.adopt(plan_of({leftover("a")}));
  executor_.pump();
  ASSERT_THAT(catalog_.peek().open_intents, SizeIs(1));
  EXPECT_EQ(catalog_.peek().open_intents.front().object, "Leftover/a");
  EXPECT_TRUE(is_there("a"));
}

TEST_F(ExecutorTest, WhatFollowsAFailedStepIsNotDone) {
  files_.deny(layout_.trash());
  executor_.adopt(plan_of({leftover("a"), leftover("b", {0})}));
  executor_.pump();
  workers_.let_one_run();
  EXPECT_THAT(objects(executor_.collect()), ElementsAre("Leftover/a failed"));
  executor_.pump();
  EXPECT_THAT(workers_.jobs, IsEmpty());
  EXPECT_TRUE(executor_.is_idle());
}

TEST_F(ExecutorTest, FailuresOfOneGenerationCountUpAndAnEditBeginsAgain) {
  files_.deny(layout_.trash());
  const auto fail_once = [&](const std::string& generation) {
    Plan plan = plan_of({leftover("a")});
    plan.generations.emplace("Leftover/a", generation);
    executor_.adopt(plan);
    executor_.pump();
    workers_.let_one_run();
    (void)executor_.collect();
    return catalog_.peek().attempts.at("Leftover/a remove-leftover");
  };
  EXPECT_EQ(fail_once("one").failures, 1);
  const Attempts twice = fail_once("one");
  EXPECT_EQ(twice.failures, 2);
  EXPECT_GT(twice.next_try, clock_.now());
  EXPECT_EQ(fail_once("two").failures, 1);
}

TEST_F(ExecutorTest, WithoutMemoryNothingIsMade) {
  faults_.refuse("begin intent", ErrorKind::Exhausted);
  executor_.adopt(plan_of({create("web"), leftover("after", {0})}));
  executor_.pump();
  EXPECT_THAT(workers_.jobs, IsEmpty());
  EXPECT_THAT(objects(executor_.collect()), ElementsAre("Sandbox/web held back"));
}

TEST_F(ExecutorTest, AFullDiskDoesNotHoldBackWhatMakesRoom) {
  faults_.refuse("begin intent", ErrorKind::Exhausted);
  executor_.adopt(plan_of({leftover("a")}));
  executor_.pump();
  ASSERT_THAT(workers_.jobs, SizeIs(1));
  workers_.let_one_run();
  EXPECT_THAT(objects(executor_.collect()), ElementsAre("Leftover/a done"));
  EXPECT_FALSE(is_there("a"));
}

TEST_F(ExecutorTest, AnotherFailureOfMemoryHoldsEverythingBack) {
  faults_.refuse("begin intent", ErrorKind::Failed);
  executor_.adopt(plan_of({leftover("a")}));
  executor_.pump();
  EXPECT_THAT(workers_.jobs, IsEmpty());
  EXPECT_TRUE(is_there("a"));
}

TEST_F(ExecutorTest, AStepHasAllItsObjectsForItself) {
  CaptureSnapshot capture;
  capture.identity.name = *ResourceName::make("s1");
  capture.identity.sandbox = *ResourceName::make("web");
  executor_.adopt(plan_of({{Action{capture}, "declared", {}, false}, create("web"), create("other")}));
  executor_.pump();
  EXPECT_THAT(executor_.in_flight(), ElementsAre("Sandbox/other", "Sandbox/web", "Snapshot/s1"));
  EXPECT_THAT(workers_.jobs, SizeIs(2)) << "web is being captured: nothing else is done to it";
  workers_.let_one_run();
  (void)executor_.collect();
  executor_.pump();
  EXPECT_THAT(executor_.in_flight(), ElementsAre("Sandbox/other", "Sandbox/web"));
}

TEST_F(ExecutorTest, LanesBoundWhatRunsSideBySide) {
  executor_.adopt(plan_of({leftover("a"), leftover("b"), leftover("c")}));
  executor_.pump();
  EXPECT_THAT(workers_.jobs, SizeIs(2));
  EXPECT_TRUE(executor_.is_waiting());
  workers_.let_one_run();
  (void)executor_.collect();
  executor_.pump();
  EXPECT_THAT(workers_.jobs, SizeIs(2));
}

TEST_F(ExecutorTest, AStepPastItsDeadlineFreesItsLaneButNotItsObject) {
  executor_.adopt(plan_of({leftover("a"), leftover("b"), leftover("c")}));
  executor_.pump();
  clock_.advance(std::chrono::minutes{10});
  executor_.pump();
  EXPECT_THAT(workers_.jobs, SizeIs(3)) << "c runs, although a and b hang";
  executor_.adopt(plan_of({leftover("a")}));
  executor_.pump();
  EXPECT_THAT(workers_.jobs, SizeIs(3)) << "a second step on a while the first hangs";
  EXPECT_THAT(executor_.in_flight(), ElementsAre("Leftover/a", "Leftover/b", "Leftover/c"));
  EXPECT_TRUE(executor_.running().front().overdue);
}

TEST_F(ExecutorTest, ANewerPlanReplacesWhatHasNotBegun) {
  executor_.adopt(plan_of({leftover("a"), leftover("b", {0})}));
  executor_.pump();
  executor_.adopt(plan_of({leftover("c")}));
  executor_.pump();
  ASSERT_THAT(workers_.jobs, SizeIs(2));
  workers_.let_one_run();
  workers_.let_one_run();
  EXPECT_THAT(objects(executor_.collect()), ElementsAre("Leftover/a done", "Leftover/c done"));
  executor_.pump();
  EXPECT_THAT(workers_.jobs, IsEmpty());
  EXPECT_TRUE(is_there("b"));
}

// The newer plan saw the object before the step under way ended: its own steps for it are out of date.
TEST_F(ExecutorTest, StepsPlannedWhileAnotherOfTheObjectWasUnderWayAreDropped) {
  executor_.adopt(plan_of({leftover("a")}));
  executor_.pump();
  executor_.adopt(plan_of({leftover("a"), leftover("b", {0})}));
  executor_.pump();
  workers_.let_one_run();
  (void)executor_.collect();
  executor_.pump();
  EXPECT_THAT(workers_.jobs, IsEmpty());
  EXPECT_TRUE(executor_.is_idle());
}

}  // namespace
}  // namespace cowherd::testing
