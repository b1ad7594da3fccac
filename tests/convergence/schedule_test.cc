// SPDX-License-Identifier: Apache-2.0
// Snapshots at regular times on a model host: when they are taken, and when not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "tests/convergence/model_world.h"

namespace cowherd::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Schedule : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  void begin(const SandboxBuilder& web) {
    world_.source.declare(a_template("base").declared());
    world_.source.declare(web.declared());
    world_.start_daemon();
    ASSERT_TRUE(world_.settle());
    created_ = world_.identity("web").value().created;
  }
  void let_pass(Span span) {
    world_.clock.advance(span);
    ASSERT_TRUE(world_.settle());
  }
  void declare(const SandboxBuilder& web) {
    world_.source.declare(web.declared());
    ASSERT_TRUE(world_.settle());
  }
  std::map<std::string, SnapshotIdentity> snapshots() {
    std::map<std::string, SnapshotIdentity> found;
    for (const auto& [path, content] : world_.files.peek_tree(world_.layout.snapshots())) {
      if (!path.ends_with("/" + std::string(kSnapshotFile))) continue;
      SnapshotIdentity identity = parse_snapshot_identity(content).value();
      found.emplace(identity.name.str(), std::move(identity));
    }
    return found;
  }
  // How long after the creation of web each was due.
  std::vector<hours> due() {
    std::vector<hours> spans;
    const auto all = snapshots();
    for (const auto& [name, snapshot] : all) {
      spans.push_back(std::chrono::duration_cast<hours>(snapshot.scheduled.value() - created_));
      EXPECT_EQ(created_ + spans.back(), *snapshot.scheduled) << name;
    }
    std::sort(spans.begin(), spans.end());
    return spans;
  }
  Condition condition(const std::string& type) {
    for (const ObjectStatus& status : world_.statuses()) {
      if (status.name != ObjectName{Kind::Sandbox, a_name("web")}) continue;
      const Condition* found = condition_of(status, type);
      if (found != nullptr) return *found;
    }
    return {};
  }
  void remove_snapshots() {
    const auto all = snapshots();
    for (const auto& [name, snapshot] : all) world_.files.erase(world_.layout.snapshot_dir(name));
  }

  static SandboxBuilder hourly() { return a_sandbox("web").label("team", "ml").snapshots_every(hours{1}); }

  ModelWorld world_{};
  Moment created_{};
};

TEST_F(Schedule, TakesOneEachTimeTheSpanIsOverWithTheLabelsOfItsSandbox) {
  begin(hourly());
  EXPECT_THAT(snapshots(), IsEmpty());
  let_pass(minutes{59});
  EXPECT_THAT(snapshots(), IsEmpty());
  let_pass(minutes{1});
  ASSERT_THAT(due(), ElementsAre(hours{1}));
  ASSERT_TRUE(snapshots().contains("web-20261120t010000z"));
  const SnapshotIdentity snapshot = snapshots().at("web-20261120t010000z");
  EXPECT_TRUE(snapshot.retained);
  EXPECT_EQ(snapshot.labels, (std::map<std::string, std::string>{{"team", "ml"}}));
  EXPECT_EQ(snapshot.origin, "schedule of Sandbox/web");
  EXPECT_EQ(condition("SnapshotsOnSchedule").status, "True");
  EXPECT_THAT(condition("SnapshotsOnSchedule").message, HasSubstr("the next one is due at 2026-11-20T02:00:00"));
}

TEST_F(Schedule, TheDaemonWakesWhenTheNextOneIsDue) {
  begin(hourly());
  EXPECT_EQ(world_.picture().plan.next_look, created_ + hours{1});
}

TEST_F(Schedule, WhatWasMissedIsTakenOnceAndNothingDrifts) {
  begin(hourly());
  let_pass(hours{5} + minutes{20});
  EXPECT_THAT(due(), ElementsAre(hours{5}));
  let_pass(minutes{40});
  EXPECT_THAT(due(), ElementsAre(hours{5}, hours{6}));
}

TEST_F(Schedule, OneThatWasRemovedIsNotTakenAgain) {
  begin(hourly());
  let_pass(hours{1});
  remove_snapshots();
  let_pass(minutes{10});
  EXPECT_THAT(snapshots(), IsEmpty());
  let_pass(minutes{50});
  EXPECT_THAT(due(), ElementsAre(hours{2}));
}

TEST_F(Schedule, ASandboxThatIsOffIsCapturedOnceAndAgainAfterItRan) {
  begin(hourly());
  declare(hourly().stopped());
  let_pass(hours{1});
  let_pass(hours{1});
  let_pass(hours{1});
  EXPECT_THAT(due(), ElementsAre(hours{1}));
  declare(hourly());
  ASSERT_TRUE(world_.take_write(world_.machines.all_alive().empty() ? "" : "/dev/dm-0", "written since"));
  declare(hourly().stopped());
  let_pass(hours{1});
  EXPECT_EQ(due().back(), hours{4});
}

TEST_F(Schedule, AClockThatWasYearsAheadStopsNothing) {
  begin(hourly());
  const Moment now = world_.clock.now();
  world_.clock.advance(hours{24 * 365});
  ASSERT_TRUE(world_.settle());
  ASSERT_EQ(snapshots().size(), 1u);
  world_.clock.set(now);
  let_pass(hours{2});
  EXPECT_EQ(snapshots().size(), 2u);
  let_pass(hours{1});
  EXPECT_EQ(snapshots().size(), 3u);
}

TEST_F(Schedule, AnEditOfTheSpanCountsFromTheLastOne) {
  begin(hourly());
  let_pass(hours{1});
  declare(a_sandbox("web").snapshots_every(hours{3}));
  let_pass(hours{2});
  EXPECT_THAT(due(), ElementsAre(hours{1}));
  let_pass(hours{1});
  EXPECT_THAT(due(), ElementsAre(hours{1}, hours{4}));
}

TEST_F(Schedule, AFailingCaptureIsToldAndTheSandboxGoesOn) {
  begin(hourly());
  world_.clock.advance(hours{1});
  world_.bulk.meanwhile([this] { world_.clock.advance(std::chrono::seconds{3}); });
  world_.pass();
  world_.pass();
  EXPECT_THAT(snapshots(), IsEmpty());
  EXPECT_EQ(condition("SnapshotsOnSchedule").status, "False");
  EXPECT_EQ(condition("SnapshotsOnSchedule").reason, "FreezeBudgetExceeded");
  EXPECT_EQ(condition("Ready").reason, "Running");
  EXPECT_TRUE(world_.vm_runs("web"));
}

TEST_F(Schedule, ARetainedSandboxHasNone) {
  begin(hourly().retain());
  world_.source.withdraw({Kind::Sandbox, a_name("web")});
  let_pass(minutes{1});
  ASSERT_TRUE(world_.identity("web").value().retained);
  let_pass(hours{2});
  EXPECT_THAT(snapshots(), IsEmpty());
}

TEST_F(Schedule, ATakenNameGetsTheUidOfItsSandbox) {
  begin(hourly());
  world_.source.declare(a_snapshot("web-20261120t010000z").of("web").declared());
  let_pass(hours{1});
  const std::string expected = "web-20261120t010000z-" + world_.identity("web")->uid.str().substr(0, 4);
  ASSERT_TRUE(snapshots().contains(expected));
  EXPECT_TRUE(snapshots().at(expected).scheduled.has_value());
}

}  // namespace
}  // namespace cowherd::testing
