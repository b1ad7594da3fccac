// SPDX-License-Identifier: Apache-2.0
// What retention leaves on a model host, and when it looks again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "tests/convergence/model_world.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;

class RetentionLife : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  // An hour between one capture and the next; then their documents go.
  void keep(const std::vector<std::string>& names) {
    world_.source.declare(a_template("base").declared());
    world_.source.declare(a_sandbox("web").stopped().declared());
    world_.start_daemon();
    for (const std::string& name : names) {
      world_.clock.advance(std::chrono::hours{1});
      world_.source.declare(a_snapshot(name).of("web").label("team", "ml").retain().declared());
      ASSERT_TRUE(world_.settle());
    }
    for (const std::string& name : names) world_.source.withdraw({Kind::Snapshot, a_name(name)});
    ASSERT_TRUE(world_.settle());
  }
  void declare(const PolicyBuilder& policy) { world_.source.declare(policy.declared()); }
  template <class Edit>
  void declare(const PolicyBuilder& policy, Edit edit) {
    Declared declared = policy.declared();
    edit(std::get<RetentionPolicySpec>(declared.object.spec.what));
    world_.source.declare(declared);
  }
  PolicyBuilder nightly() { return a_retention_policy("nightly").selecting("team", "ml"); }
  std::vector<std::string> there() {
    std::vector<std::string> names;
    for (const auto& [name, snapshot] : world_.picture().seen.store.snapshots) names.push_back(name);
    return names;
  }
  // "True IncompleteLook"
  std::string condition(std::string_view type) {
    for (const ObjectStatus& status : world_.statuses()) {
      const Condition* found = status.name.kind == Kind::RetentionPolicy ? condition_of(status, type) : nullptr;
      if (found != nullptr) return found->status + " " + found->reason;
    }
    return "-";
  }

  ModelWorld world_{};
};

TEST_F(RetentionLife, WhatNoRuleKeepsGoes) {
  keep({"s1", "s2", "s3"});
  declare(nightly().last(1));
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s3"));
  EXPECT_EQ(Standing::Converged, world_.standing());
  EXPECT_EQ("True Enforced", condition("Ready"));
}

TEST_F(RetentionLife, DryRunLeavesEverything) {
  keep({"s1", "s2"});
  declare(nightly().last(1), [](RetentionPolicySpec& spec) { spec.mode = RetentionMode::DryRun; });
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s1", "s2"));
  EXPECT_EQ("True DryRun", condition("Ready"));
}

TEST_F(RetentionLife, ItLooksAgainWhenMinAgeIsOverAndNotBefore) {
  keep({"s1", "s2"});
  declare(nightly().last(1), [](RetentionPolicySpec& spec) { spec.min_age = std::chrono::hours{5}; });
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s1", "s2"));
  const Moment due = world_.picture().seen.store.snapshots.at("s1")->captured + std::chrono::hours{5};
  EXPECT_EQ(due, world_.picture().plan.next_look);
  world_.clock.set(due);
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s2"));
}

TEST_F(RetentionLife, MoreThanTheCapGoesHourByHour) {
  keep({"s1", "s2", "s3", "s4", "s5", "s6"});
  declare(nightly().last(1));
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s4", "s5", "s6"));
  EXPECT_EQ(Standing::Held, world_.standing());
  ASSERT_TRUE(world_.picture().plan.next_look.has_value());
  world_.clock.set(*world_.picture().plan.next_look);
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s6"));
}

// One snapshot is enough for the target; as long as it is in trash, nothing is free yet.
TEST_F(RetentionLife, WhatIsInTrashIsSpaceToComeAndNothingMoreGoesForIt) {
  keep({"s1", "s2", "s3"});
  world_.files.set_capacity(Bytes{2 * world_.files.used().value} - 4_KiB);
  declare(nightly().last(-1).min_free_percent(50));
  for (int time = 0; time < 3; ++time) ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s2", "s3"));
  EXPECT_EQ("False Met", condition(kSpaceTargetUnmet));
}

TEST_F(RetentionLife, ATargetThatCannotBeMetStopsAtMinKeepAndIsTold) {
  keep({"s1", "s2", "s3"});
  world_.files.set_capacity(Bytes{10 * world_.files.used().value});
  declare(nightly().last(-1).min_free_percent(99));
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s3"));
  EXPECT_EQ("True NothingMoreMayGo", condition(kSpaceTargetUnmet));
}

TEST_F(RetentionLife, AVanishedPolicyProtectsUntilItIsSurelyGone) {
  keep({"s1", "s2"});
  declare(nightly().last(2));
  world_.source.declare(a_retention_policy("short").selecting("team", "ml").last(1).declared());
  ASSERT_TRUE(world_.settle());
  world_.source.withdraw({Kind::RetentionPolicy, a_name("nightly")});
  world_.pass();
  world_.pass();
  EXPECT_THAT(there(), ElementsAre("s1", "s2"));
  EXPECT_EQ("True PolicyVanished", condition("Blocked"));
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s2"));
}

TEST_F(RetentionLife, AClockThatWasSetBackBlocks) {
  keep({"s1", "s2"});
  const Moment before = world_.clock.now();
  world_.clock.set(before - std::chrono::hours{3});
  declare(nightly().last(1));
  ASSERT_TRUE(world_.settle());
  EXPECT_THAT(there(), ElementsAre("s1", "s2"));
  EXPECT_EQ("True ClockJumped", condition("Blocked"));
}

}  // namespace
}  // namespace cowherd::testing
