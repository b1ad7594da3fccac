// SPDX-License-Identifier: Apache-2.0
#include "reconciler/retention/agree.h"

#include <gmock/gmock.h>

#include "tests/unit/retention/retention_cases.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> kDays{"2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z", "2026-11-18T00:00:00Z"};

ResourceName named(const std::string& text) { return *ResourceName::make(text); }

PolicyReview review_by(RetentionMode mode, std::int64_t last) {
  return {mode, decide(a_policy({.last = last}), taken(kDays), in_2027())};
}

std::vector<std::string> going(const Agreement& agreement) {
  std::vector<std::string> found;
  for (const Removal& removal : agreement.removals) found.push_back(removal.name);
  return found;
}

TEST(Agree, OneEnforcingPolicyRemovesOldestFirst) {
  const Agreement agreement = agree({{named("a"), review_by(RetentionMode::Enforce, 1)}});
  EXPECT_THAT(going(agreement), ElementsAre(kDays[2], kDays[1]));
  EXPECT_EQ("policy 'a': no rule keeps it", agreement.removals.front().reason);
}

TEST(Agree, AllEnforcingPoliciesMustAgree) {
  const Agreement agreement =
      agree({{named("a"), review_by(RetentionMode::Enforce, 1)}, {named("b"), review_by(RetentionMode::Enforce, 2)}});
  EXPECT_THAT(going(agreement), ElementsAre(kDays[2]));
  EXPECT_EQ("policy 'a': no rule keeps it; policy 'b': no rule keeps it", agreement.removals.front().reason);
  const RetentionReview& first = agreement.reviews.at(named("a")).review;
  EXPECT_THAT(removed(first), ElementsAre(kDays[2]));
  EXPECT_THAT(reasons_of(first, kDays[1]), ElementsAre("no rule keeps it", "policy 'b' keeps it"));
}

TEST(Agree, DryRunAloneRemovesNothing) {
  const Agreement agreement = agree({{named("a"), review_by(RetentionMode::DryRun, 1)}});
  EXPECT_THAT(going(agreement), IsEmpty());
  EXPECT_THAT(reasons_of(agreement.reviews.at(named("a")).review, kDays[1]),
              ElementsAre("no rule keeps it", "only told (DryRun)"));
}

TEST(Agree, DryRunDoesNotProtect) {
  const Agreement agreement =
      agree({{named("a"), review_by(RetentionMode::Enforce, 1)}, {named("b"), review_by(RetentionMode::DryRun, 3)}});
  EXPECT_THAT(going(agreement), ElementsAre(kDays[2], kDays[1]));
  EXPECT_THAT(reasons_of(agreement.reviews.at(named("a")).review, kDays[1]),
              ElementsAre("no rule keeps it", "policy 'b' would keep it, but is DryRun"));
}

TEST(Agree, ARefusedPolicyProtectsWhatItSelects) {
  PolicyReview refused = review_by(RetentionMode::Enforce, 1);
  refused.review = refuse(refused.review, {"ClockJumped", "the clock jumped"});
  const Agreement agreement = agree({{named("a"), review_by(RetentionMode::Enforce, 1)}, {named("b"), refused}});
  EXPECT_THAT(going(agreement), IsEmpty());
}

}  // namespace
}  // namespace cowherd::testing
