// SPDX-License-Identifier: Apache-2.0
#include "reconciler/retention/decide.h"

#include <algorithm>

#include "reconciler/retention/judged.h"
#include "reconciler/retention/keep_rules.h"
#include "reconciler/retention/space_targets.h"

namespace cowherd {

namespace {

constexpr std::string_view kLabelGroup = "Label:";

std::string key_of(const std::string& group_by, const RetentionSnapshot& snapshot) {
  if (group_by == "Sandbox") return snapshot.sandbox;
  if (group_by == "Mode") return snapshot.mode == SnapshotMode::Full ? "Full" : "Disk";
  if (!group_by.starts_with(kLabelGroup)) return "";  // None
  const auto label = snapshot.labels.find(group_by.substr(kLabelGroup.size()));
  return label == snapshot.labels.end() ? "" : label->second;
}

std::vector<std::string> group_of(const RetentionPolicySpec& policy, const RetentionSnapshot& snapshot) {
  std::vector<std::string> keys;
  for (const std::string& group_by : policy.group_by) keys.push_back(key_of(group_by, snapshot));
  return keys;
}

bool is_young(const RetentionPolicySpec& policy, const RetentionSnapshot& snapshot, Moment now) {
  return snapshot.captured + policy.min_age > now;
}

// What keeps it whatever the rules say, but for its age.
std::vector<std::string> ties_of(const RetentionSnapshot& snapshot) {
  std::vector<std::string> ties;
  for (const std::string& hold : snapshot.holds) ties.push_back("held by " + hold);
  if (snapshot.is_declared) ties.push_back("declared");
  if (snapshot.is_protected) ties.push_back("protected");
  ties.insert(ties.end(), snapshot.ties.begin(), snapshot.ties.end());
  return ties;
}

// Of one group, by their places among all, newest first.
void judge_group(const RetentionPolicySpec& policy, const std::vector<std::size_t>& places, Moment now,
                 std::vector<Judged>& judged) {
  Group group;
  for (const std::size_t place : places) group.push_back(judged[place].snapshot);
  std::vector<std::vector<std::string>> rules = reasons_to_keep(policy.keep, group);
  for (std::size_t i = 0; i < places.size(); ++i) {
    Judged& one = judged[places[i]];
    one.rules = std::move(rules[i]);
    one.ties = ties_of(*one.snapshot);
    one.is_young = is_young(policy, *one.snapshot, now);
    if (static_cast<std::int64_t>(i) < policy.min_keep) {
      one.ties.push_back("among the newest " + std::to_string(policy.min_keep) + " (minKeep)");
    }
  }
}

// The time beside the pointer: comparing through pointers alone waits for memory.
struct Dated {
  Moment captured{};
  const RetentionSnapshot* snapshot = nullptr;
};

// What the selector matches, newest first, then by name.
std::vector<Judged> selected(const RetentionPolicySpec& policy, const std::vector<RetentionSnapshot>& snapshots) {
  std::vector<Dated> dated;
  for (const RetentionSnapshot& snapshot : snapshots) {
    if (matches(policy.selector, snapshot.labels)) dated.push_back({snapshot.captured, &snapshot});
  }
  std::sort(dated.begin(), dated.end(), [](const Dated& a, const Dated& b) {
    return a.captured != b.captured ? a.captured > b.captured : a.snapshot->name < b.snapshot->name;
  });
  std::vector<Judged> judged;
  judged.reserve(dated.size());
  for (const Dated& one : dated) judged.push_back({one.snapshot, {}, {}, false, ""});
  return judged;
}

std::vector<Judged> judge(const RetentionPolicySpec& policy, const std::vector<RetentionSnapshot>& snapshots, Moment now) {
  std::vector<Judged> judged = selected(policy, snapshots);
  std::map<std::vector<std::string>, std::vector<std::size_t>> groups;
  for (std::size_t place = 0; place < judged.size(); ++place) {
    const RetentionSnapshot& snapshot = *judged[place].snapshot;
    if (snapshot.captured > now + kClockTolerance) {
      judged[place].ties = {"captured in the future (Future)"};
    } else {
      groups[group_of(policy, snapshot)].push_back(place);
    }
  }
  for (const auto& [key, places] : groups) judge_group(policy, places, now, judged);
  return judged;
}

RetentionDecision decision_of(const Judged& judged, const RetentionPolicySpec& policy) {
  const RetentionSnapshot& snapshot = *judged.snapshot;
  RetentionDecision decision{snapshot.name, snapshot.captured, snapshot.allocated, RetentionVerdict::Keep, judged.rules};
  decision.reasons.insert(decision.reasons.end(), judged.ties.begin(), judged.ties.end());
  if (judged.is_young) decision.reasons.push_back("younger than " + print_span(policy.min_age) + " (minAge)");
  if (!judged.may_go()) return decision;
  decision.verdict = RetentionVerdict::Remove;
  decision.reasons = {judged.space_reason.empty() ? "no rule keeps it" : judged.space_reason};
  return decision;
}

// Only its age keeps it, or that its time has not come yet.
std::optional<Moment> next_look(const std::vector<Judged>& judged, const RetentionPolicySpec& policy, Moment now) {
  std::optional<Moment> next;
  for (const Judged& one : judged) {
    const Moment captured = one.snapshot->captured;
    const bool is_future = captured > now + kClockTolerance;
    const bool waits = one.is_young && one.ties.empty() && (one.rules.empty() || !one.space_reason.empty());
    if (!is_future && !waits) continue;
    const Moment due = is_future ? captured - kClockTolerance : captured + policy.min_age;
    if (!next || due < *next) next = due;
  }
  return next;
}

std::optional<RetentionRefusal> refusal_of(const RetentionPolicySpec& policy) {
  if (policy.selector.empty()) return RetentionRefusal{"EmptySelector", "its selector is empty: it would match everything"};
  if (keeps_nothing(policy.keep)) return RetentionRefusal{"EmptyKeep", "no rule of its keep could keep anything"};
  return std::nullopt;
}

}  // namespace

std::string_view to_string(RetentionVerdict verdict) { return verdict == RetentionVerdict::Keep ? "Keep" : "Remove"; }

RetentionReview decide(const RetentionPolicySpec& policy, const std::vector<RetentionSnapshot>& snapshots,
                       const RetentionMoment& at) {
  std::vector<Judged> judged = judge(policy, snapshots, at.now);
  RetentionReview review;
  review.space_unmet = meet_space_targets(policy, at, judged);
  review.decisions.reserve(judged.size());
  for (const Judged& one : judged) review.decisions.push_back(decision_of(one, policy));
  if (std::optional<RetentionRefusal> why = refusal_of(policy)) return refuse(std::move(review), *std::move(why));
  review.next_look = next_look(judged, policy, at.now);
  return review;
}

RetentionReview refuse(RetentionReview review, RetentionRefusal why) {
  for (RetentionDecision& decision : review.decisions) {
    if (decision.verdict == RetentionVerdict::Keep) continue;
    decision.verdict = RetentionVerdict::Keep;
    decision.reasons.push_back("nothing is removed (" + why.reason + ")");
  }
  review.space_unmet.clear();
  review.next_look.reset();
  review.refusal = std::move(why);
  return review;
}

}  // namespace cowherd
