// SPDX-License-Identifier: Apache-2.0
// Policies and snapshots, spelled the way a test of retention wants to read them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "reconciler/retention/decide.h"

namespace cowherd::testing {

inline Moment at(const std::string& text) { return *parse_moment(text); }

// The name is the time.
inline RetentionSnapshot taken(const std::string& moment) {
  RetentionSnapshot snapshot;
  snapshot.name = moment;
  snapshot.sandbox = "web";
  snapshot.captured = at(moment);
  snapshot.labels = {{"team", "ml"}};
  snapshot.allocated = 1_MiB;
  return snapshot;
}

inline std::vector<RetentionSnapshot> taken(const std::vector<std::string>& moments) {
  std::vector<RetentionSnapshot> snapshots;
  for (const std::string& moment : moments) snapshots.push_back(taken(moment));
  return snapshots;
}

// No floors: only the rules speak.
inline RetentionPolicySpec a_policy(const KeepRules& keep) {
  RetentionPolicySpec policy;
  policy.mode = RetentionMode::Enforce;
  policy.selector = {{"team", "ml"}};
  policy.group_by = {"Sandbox"};
  policy.keep = keep;
  policy.min_keep = 0;
  return policy;
}

inline RetentionMoment in_2027() { return {at("2027-06-01T00:00:00Z"), std::nullopt, Bytes{}}; }

inline std::vector<std::string> names(const RetentionReview& review, RetentionVerdict verdict) {
  std::vector<std::string> found;
  for (const RetentionDecision& decision : review.decisions) {
    if (decision.verdict == verdict) found.push_back(decision.name);
  }
  return found;
}

inline std::vector<std::string> kept(const RetentionReview& review) { return names(review, RetentionVerdict::Keep); }
inline std::vector<std::string> removed(const RetentionReview& review) { return names(review, RetentionVerdict::Remove); }

inline std::vector<std::string> reasons_of(const RetentionReview& review, const std::string& name) {
  for (const RetentionDecision& decision : review.decisions) {
    if (decision.name == name) return decision.reasons;
  }
  return {"it is not there"};
}

}  // namespace cowherd::testing
