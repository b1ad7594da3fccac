// SPDX-License-Identifier: Apache-2.0
#include "reconciler/retention/decide.h"

#include <gmock/gmock.h>

#include "tests/unit/retention/retention_cases.h"

namespace cowherd::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string> kDays{"2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z", "2026-11-18T00:00:00Z"};

RetentionMoment now(const std::string& text) { return {at(text), std::nullopt, Bytes{}}; }

TEST(Decide, WhatNoRuleKeepsGoesWithItsReason) {
  const RetentionReview review = decide(a_policy({.last = 1}), taken(kDays), in_2027());
  EXPECT_THAT(removed(review), ElementsAre(kDays[1], kDays[2]));
  EXPECT_THAT(reasons_of(review, kDays[2]), ElementsAre("no rule keeps it"));
}

TEST(Decide, WhatTheSelectorDoesNotMatchIsNotDecided) {
  std::vector<RetentionSnapshot> snapshots = taken(kDays);
  snapshots[1].labels = {{"team", "web"}};
  EXPECT_EQ(2u, decide(a_policy({.last = 1}), snapshots, in_2027()).decisions.size());
}

TEST(Decide, TiesAreStrongerThanRules) {
  std::vector<RetentionSnapshot> snapshots = taken(kDays);
  snapshots[1].holds = {"legal"};
  snapshots[1].is_declared = true;
  snapshots[2].is_protected = true;
  snapshots[2].ties = {"needed by Sandbox/clone"};
  const RetentionReview review = decide(a_policy({.last = 1}), snapshots, in_2027());
  EXPECT_THAT(removed(review), IsEmpty());
  EXPECT_THAT(reasons_of(review, kDays[1]), ElementsAre("held by legal", "declared"));
  EXPECT_THAT(reasons_of(review, kDays[2]), ElementsAre("protected", "needed by Sandbox/clone"));
}

TEST(Decide, DeclaredOnesAreCounted) {
  std::vector<RetentionSnapshot> snapshots = taken(kDays);
  snapshots[0].is_declared = true;
  EXPECT_THAT(kept(decide(a_policy({.last = 1}), snapshots, in_2027())), ElementsAre(kDays[0]));
}

TEST(Decide, NothingYoungerThanMinAgeGoesAndTheEndOfItIsTold) {
  RetentionPolicySpec policy = a_policy({.last = 1});
  policy.min_age = std::chrono::hours{36};
  const RetentionReview review = decide(policy, taken(kDays), now("2026-11-20T11:59:59Z"));
  EXPECT_THAT(removed(review), ElementsAre(kDays[2]));
  EXPECT_THAT(reasons_of(review, kDays[1]), ElementsAre("younger than 1d12h (minAge)"));
  EXPECT_EQ(at("2026-11-20T12:00:00Z"), review.next_look);
  EXPECT_THAT(removed(decide(policy, taken(kDays), now("2026-11-20T12:00:00Z"))), ElementsAre(kDays[1], kDays[2]));
}

TEST(Decide, MinKeepIsAFloorOfEachGroup) {
  std::vector<RetentionSnapshot> snapshots = taken(kDays);
  snapshots[2].sandbox = "worker";
  RetentionPolicySpec policy = a_policy({.labels = {{{"keep", "true"}}}});
  policy.min_keep = 1;
  const RetentionReview review = decide(policy, snapshots, in_2027());
  EXPECT_THAT(kept(review), ElementsAre(kDays[0], kDays[2]));
  EXPECT_THAT(reasons_of(review, kDays[2]), ElementsAre("among the newest 1 (minKeep)"));
}

TEST(Decide, WhatIsFromTheFutureStaysAndDoesNotCount) {
  const RetentionReview review = decide(a_policy({.last = 1}), taken(kDays), now("2026-11-19T23:54:59Z"));
  EXPECT_THAT(kept(review), ElementsAre(kDays[0], kDays[1]));
  EXPECT_THAT(reasons_of(review, kDays[0]), ElementsAre(HasSubstr("Future")));
  EXPECT_EQ(at("2026-11-19T23:55:00Z"), review.next_look);
  EXPECT_THAT(kept(decide(a_policy({.last = 1}), taken(kDays), now("2026-11-19T23:55:00Z"))), ElementsAre(kDays[0]));
}

TEST(Decide, GroupsAreWhatGroupBySays) {
  std::vector<RetentionSnapshot> snapshots = taken(kDays);
  snapshots[1].mode = SnapshotMode::Full;
  snapshots[2].labels["tier"] = "gold";
  RetentionPolicySpec policy = a_policy({.last = 1});
  const auto kept_by = [&](std::vector<std::string> group_by) {
    policy.group_by = std::move(group_by);
    return kept(decide(policy, snapshots, in_2027())).size();
  };
  EXPECT_EQ(1u, kept_by({"Sandbox"}));
  EXPECT_EQ(2u, kept_by({"Mode"}));
  EXPECT_EQ(2u, kept_by({"Label:tier"}));
  EXPECT_EQ(3u, kept_by({"Mode", "Label:tier"}));
  snapshots[1].sandbox = "worker";
  EXPECT_EQ(1u, kept_by({"None"}));
}

TEST(Decide, EqualTimesAreOrderedByName) {
  std::vector<RetentionSnapshot> snapshots = taken({kDays[0], kDays[0], kDays[0]});
  snapshots[0].name = "b";
  snapshots[1].name = "c";
  snapshots[2].name = "a";
  const RetentionReview review = decide(a_policy({.last = 1}), snapshots, in_2027());
  EXPECT_THAT(kept(review), ElementsAre("a"));
  EXPECT_THAT(removed(review), ElementsAre("b", "c"));
}

TEST(Decide, APolicyThatCouldKeepNothingRemovesNothing) {
  const RetentionReview empty = decide(a_policy({.daily = 0}), taken(kDays), in_2027());
  EXPECT_EQ("EmptyKeep", empty.refusal.value_or(RetentionRefusal{}).reason);
  EXPECT_THAT(removed(empty), IsEmpty());
  RetentionPolicySpec policy = a_policy({.last = 1});
  policy.selector = {};
  const RetentionReview all = decide(policy, taken(kDays), in_2027());
  EXPECT_EQ("EmptySelector", all.refusal.value_or(RetentionRefusal{}).reason);
  EXPECT_THAT(removed(all), IsEmpty());
}

TEST(Decide, SpaceTakesTheOldestThatOnlyRulesKeepAndNoMoreThanNeeded) {
  RetentionPolicySpec policy = a_policy({.last = -1});
  policy.max_bytes = 2_MiB;
  const RetentionReview review = decide(policy, taken(kDays), in_2027());
  EXPECT_THAT(removed(review), ElementsAre(kDays[2]));
  EXPECT_THAT(reasons_of(review, kDays[2]), ElementsAre(HasSubstr("space.maxBytes 2Mi is not met otherwise (kept by last (all)")));
  EXPECT_EQ("", review.space_unmet);
}

TEST(Decide, SpaceCountsWhatGoesAnyway) {
  RetentionPolicySpec policy = a_policy({.last = 2});
  policy.max_bytes = 2_MiB;
  EXPECT_THAT(removed(decide(policy, taken(kDays), in_2027())), ElementsAre(kDays[2]));
}

TEST(Decide, SpaceNeverTakesWhatIsTiedAndSaysThatItIsUnmet) {
  std::vector<RetentionSnapshot> snapshots = taken(kDays);
  snapshots[2].holds = {"legal"};
  RetentionPolicySpec policy = a_policy({.last = -1});
  policy.min_keep = 1;
  policy.max_bytes = 1_MiB;
  const RetentionReview review = decide(policy, snapshots, in_2027());
  EXPECT_THAT(removed(review), ElementsAre(kDays[1]));
  EXPECT_THAT(review.space_unmet, HasSubstr("space.maxBytes 1Mi is not met, and nothing more may go: its snapshots keep 2Mi"));
}

TEST(Decide, FreeSpaceIsWithWhatGoesAndWhatIsInTrash) {
  RetentionPolicySpec policy = a_policy({.last = -1});
  policy.min_free_percent = 50;
  RetentionMoment moment = in_2027();
  moment.space = SpaceInfo{10_MiB, 3_MiB};
  EXPECT_THAT(removed(decide(policy, taken(kDays), moment)), ElementsAre(kDays[1], kDays[2]));
  moment.coming_free = 1_MiB;
  EXPECT_THAT(removed(decide(policy, taken(kDays), moment)), ElementsAre(kDays[2]));
  moment.coming_free = 2_MiB;
  EXPECT_THAT(removed(decide(policy, taken(kDays), moment)), IsEmpty());
}

TEST(Decide, SpaceWaitsForMinAge) {
  RetentionPolicySpec policy = a_policy({.last = -1});
  policy.min_age = std::chrono::hours{24 * 30};
  policy.max_bytes = 0_MiB;
  const RetentionReview review = decide(policy, taken(kDays), now("2026-11-21T00:00:00Z"));
  EXPECT_THAT(removed(review), IsEmpty());
  EXPECT_NE("", review.space_unmet);
  EXPECT_EQ(at("2026-12-18T00:00:00Z"), review.next_look);
}

}  // namespace
}  // namespace cowherd::testing
