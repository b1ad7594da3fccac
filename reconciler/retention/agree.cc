// SPDX-License-Identifier: Apache-2.0
#include "reconciler/retention/agree.h"
#include "resources/vocabulary/joined.h"

#include <algorithm>
#include <set>

namespace cowherd {

namespace {

using Policies = std::set<ResourceName>;

struct Opinions {
  Moment captured{};
  Policies keepers{};       // enforcing
  Policies wishful{};       // DryRun, would keep it
  std::string reason{};     // of the enforcing ones that remove it
};

std::map<std::string, Opinions> opinions_of(const PolicyReviews& reviews) {
  std::map<std::string, Opinions> opinions;
  for (const auto& [policy, given] : reviews) {
    for (const RetentionDecision& decision : given.review.decisions) {
      Opinions& opinion = opinions[decision.name];
      opinion.captured = decision.captured;
      const bool keeps = decision.verdict == RetentionVerdict::Keep;
      const bool enforces = given.mode == RetentionMode::Enforce;
      if (keeps) (enforces ? opinion.keepers : opinion.wishful).insert(policy);
      if (keeps || !enforces) continue;
      opinion.reason += (opinion.reason.empty() ? "" : "; ") + ("policy '" + policy.str()) + "': " + listed(decision.reasons);
    }
  }
  return opinions;
}

// What the others say against a removal.
void tell_others(const Opinions& opinion, RetentionMode mode, RetentionDecision& decision) {
  if (mode == RetentionMode::DryRun) decision.reasons.push_back("only told (DryRun)");
  for (const ResourceName& keeper : opinion.keepers) {
    if (mode == RetentionMode::Enforce) decision.verdict = RetentionVerdict::Keep;
    decision.reasons.push_back("policy '" + keeper.str() + "' keeps it");
  }
  for (const ResourceName& wishful : opinion.wishful) {
    decision.reasons.push_back("policy '" + wishful.str() + "' would keep it, but is DryRun");
  }
}

}  // namespace

Agreement agree(PolicyReviews reviews) {
  Agreement agreement;
  const std::map<std::string, Opinions> opinions = opinions_of(reviews);
  for (const auto& [name, opinion] : opinions) {
    if (!opinion.keepers.empty() || opinion.reason.empty()) continue;
    agreement.removals.push_back({name, opinion.captured, opinion.reason});
  }
  std::stable_sort(agreement.removals.begin(), agreement.removals.end(),
                   [](const Removal& a, const Removal& b) { return a.captured < b.captured; });
  for (auto& [policy, given] : reviews) {
    for (RetentionDecision& decision : given.review.decisions) {
      if (decision.verdict == RetentionVerdict::Remove) tell_others(opinions.at(decision.name), given.mode, decision);
      std::string& told = agreement.told[decision.name];
      told += (told.empty() ? "" : "; ") + policy.str() + (decision.verdict == RetentionVerdict::Keep ? " keeps it: " : " lets it go: ") +
              listed(decision.reasons);
    }
  }
  agreement.reviews = std::move(reviews);
  return agreement;
}

}  // namespace cowherd
