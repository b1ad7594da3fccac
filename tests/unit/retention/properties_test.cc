// SPDX-License-Identifier: Apache-2.0
// What holds for every policy and every history. The model is the algorithm of restic's ApplyPolicy, written down the way
// restic has it: one walk over the snapshots, all rules at each.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "reconciler/retention/agree.h"
#include "reconciler/retention/keep_rules.h"
#include "tests/unit/retention/retention_cases.h"

namespace cowherd::testing {
namespace {

constexpr std::optional<std::int64_t> KeepRules::*kCounts[] = {&KeepRules::last,   &KeepRules::hourly,
                                                              &KeepRules::daily,  &KeepRules::weekly,
                                                              &KeepRules::monthly, &KeepRules::yearly};
constexpr std::optional<CalendarSpan> KeepRules::*kSpans[] = {
    &KeepRules::within,        &KeepRules::within_hourly,  &KeepRules::within_daily,
    &KeepRules::within_weekly, &KeepRules::within_monthly, &KeepRules::within_yearly};

rc::Gen<CalendarSpan> spans() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 3), rc::gen::inRange(0, 14), rc::gen::inRange(0, 40),
                                     rc::gen::inRange(0, 50)),
                      [](const auto& parts) {
                        return CalendarSpan{std::get<0>(parts), std::get<1>(parts), std::get<2>(parts), std::get<3>(parts)};
                      });
}

KeepRules some_rules() {
  KeepRules rules;
  for (const auto count : kCounts) {
    if (*rc::gen::inRange(0, 3) == 0) rules.*count = *rc::gen::inRange(-1, 6);
  }
  for (const auto span : kSpans) {
    if (*rc::gen::inRange(0, 4) == 0) rules.*span = *spans();
  }
  if (*rc::gen::inRange(0, 4) == 0) rules.labels.push_back({{"keep", "true"}});
  return rules;
}

std::vector<RetentionSnapshot> some_snapshots() {
  const int count = *rc::gen::inRange(0, 40);
  // Close together or far apart, on whole hours: buckets are shared and edges are met.
  const int hours = *rc::gen::element(30, 24 * 20, 24 * 400, 24 * 3000);
  std::vector<RetentionSnapshot> snapshots;
  for (int i = 0; i < count; ++i) {
    RetentionSnapshot snapshot = taken("2026-12-31T23:00:00Z");
    snapshot.name = "s" + std::to_string(i);
    snapshot.captured -= std::chrono::hours{*rc::gen::inRange(0, hours)};
    snapshot.sandbox = *rc::gen::element<std::string>("web", "worker");
    if (*rc::gen::inRange(0, 6) == 0) snapshot.labels["keep"] = "true";
    snapshots.push_back(snapshot);
  }
  return snapshots;
}

std::set<std::string> removed_by(const RetentionPolicySpec& policy, const std::vector<RetentionSnapshot>& snapshots) {
  const std::vector<std::string> names = removed(decide(policy, snapshots, in_2027()));
  return {names.begin(), names.end()};
}

bool is_within(const std::set<std::string>& smaller, const std::set<std::string>& larger) {
  return std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end());
}

// --- the model

using Date = std::chrono::year_month_day;

std::string model_bucket(std::size_t rule, Moment moment, std::size_t index) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const Date date{day};
  const auto part = [](auto number) { return std::to_string(static_cast<long>(number)) + " "; };
  const std::string year = part(static_cast<int>(date.year())), month = part(static_cast<unsigned>(date.month()));
  const std::string in_month = part(static_cast<unsigned>(date.day()));
  switch (rule) {
    case 0: return part(index);
    case 1: return year + month + in_month + part(std::chrono::floor<std::chrono::hours>(moment - day).count());
    case 2: return year + month + in_month;
    case 3: return part((day.time_since_epoch().count() + 3) / 7);  // 1 January 1970 was a Thursday
    case 4: return year + month;
    default: return year;
  }
}

Moment model_edge(Moment newest, const CalendarSpan& span) {
  const auto day = std::chrono::floor<std::chrono::days>(newest);
  const Date date{day};
  std::int64_t month = static_cast<int>(date.year()) * 12 + static_cast<unsigned>(date.month()) - 1;
  month -= span.years * 12 + span.months;
  const Date first{std::chrono::year{static_cast<int>(month / 12)}, std::chrono::month{static_cast<unsigned>(month % 12 + 1)},
                   std::chrono::day{1}};
  const std::chrono::days into{static_cast<unsigned>(date.day()) - 1};
  return std::chrono::sys_days{first} + into - std::chrono::days{span.days} + (newest - day) - std::chrono::hours{span.hours};
}

std::set<std::string> model_kept(const KeepRules& rules, std::vector<RetentionSnapshot> list) {
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return a.captured != b.captured ? a.captured > b.captured : a.name < b.name;
  });
  std::map<std::size_t, std::string> last, last_within;
  std::map<std::size_t, std::int64_t> room;
  for (std::size_t i = 0; i < 6; ++i) room[i] = (rules.*kCounts[i]).value_or(0);
  std::set<std::string> kept;
  for (std::size_t nr = 0; nr < list.size(); ++nr) {
    const RetentionSnapshot& current = list[nr];
    for (const LabelSelector& selector : rules.labels) {
      if (matches(selector, current.labels)) kept.insert(current.name);
    }
    for (std::size_t i = 0; i < 6; ++i) {
      if (room[i] == 0) continue;
      const std::string bucket = model_bucket(i, current.captured, nr);
      if (bucket == last[i] && nr + 1 != list.size()) continue;
      kept.insert(current.name);
      last[i] = bucket;
      if (room[i] > 0) --room[i];
    }
    for (std::size_t i = 0; i < 6; ++i) {
      const CalendarSpan span = (rules.*kSpans[i]).value_or(CalendarSpan{});
      if (span == CalendarSpan{} || current.captured <= model_edge(list.front().captured, span)) continue;
      const std::string bucket = model_bucket(i, current.captured, nr);
      if (bucket == last_within[i]) continue;
      kept.insert(current.name);
      last_within[i] = bucket;
    }
  }
  return kept;
}

// --- properties

RC_GTEST_PROP(RetentionProperties, RulesKeepWhatResticKeeps, ()) {
  const KeepRules rules = some_rules();
  RC_PRE(!keeps_nothing(rules));
  std::vector<RetentionSnapshot> snapshots = some_snapshots();
  for (RetentionSnapshot& snapshot : snapshots) snapshot.sandbox = "web";
  const std::vector<std::string> names = kept(decide(a_policy(rules), snapshots, in_2027()));
  RC_ASSERT(model_kept(rules, snapshots) == std::set<std::string>(names.begin(), names.end()));
}

RC_GTEST_PROP(RetentionProperties, MoreRulesNeverRemoveMore, ()) {
  const std::vector<RetentionSnapshot> snapshots = some_snapshots();
  const KeepRules rules = some_rules();
  RC_PRE(!keeps_nothing(rules));
  KeepRules more = rules;
  const auto count = kCounts[*rc::gen::inRange(0, 6)];
  const std::int64_t before = (more.*count).value_or(0);
  more.*count = before < 0 || *rc::gen::inRange(0, 5) == 0 ? -1 : before + *rc::gen::inRange(1, 4);
  const auto span = kSpans[*rc::gen::inRange(0, 6)];
  if (!(more.*span)) more.*span = *spans();
  RC_ASSERT(is_within(removed_by(a_policy(more), snapshots), removed_by(a_policy(rules), snapshots)));
}

RC_GTEST_PROP(RetentionProperties, RaisedFloorsNeverRemoveMore, ()) {
  const std::vector<RetentionSnapshot> snapshots = some_snapshots();
  RetentionPolicySpec policy = a_policy(some_rules());
  RC_PRE(!keeps_nothing(policy.keep));
  policy.min_keep = *rc::gen::inRange(0, 5);
  policy.min_age = std::chrono::hours{*rc::gen::inRange(0, 24 * 300)};
  const std::set<std::string> before = removed_by(policy, snapshots);
  policy.min_keep += *rc::gen::inRange(0, 5);
  policy.min_age += std::chrono::hours{*rc::gen::inRange(0, 24 * 300)};
  RC_ASSERT(is_within(removed_by(policy, snapshots), before));
}

RC_GTEST_PROP(RetentionProperties, TheOrderOfInputDoesNotMatter, ()) {
  std::vector<RetentionSnapshot> snapshots = some_snapshots();
  RetentionPolicySpec policy = a_policy(some_rules());
  policy.max_bytes = Bytes{static_cast<std::uint64_t>(*rc::gen::inRange(0, 50)) << 20};
  const RetentionReview review = decide(policy, snapshots, in_2027());
  for (std::size_t i = snapshots.size(); i > 1; --i) {
    std::swap(snapshots[i - 1], snapshots[*rc::gen::inRange<std::size_t>(0, i)]);
  }
  RC_ASSERT(review == decide(policy, snapshots, in_2027()));
}

RC_GTEST_PROP(RetentionProperties, AGroupNeverFallsBelowMinKeep, ()) {
  const std::vector<RetentionSnapshot> snapshots = some_snapshots();
  RetentionPolicySpec policy = a_policy(some_rules());
  policy.min_keep = *rc::gen::inRange(0, 6);
  if (*rc::gen::arbitrary<bool>()) policy.max_bytes = Bytes{};
  const std::set<std::string> gone = removed_by(policy, snapshots);
  std::map<std::string, std::int64_t> size, left;
  for (const RetentionSnapshot& snapshot : snapshots) {
    ++size[snapshot.sandbox];
    if (!gone.contains(snapshot.name)) ++left[snapshot.sandbox];
  }
  for (const auto& [sandbox, count] : size) RC_ASSERT(left[sandbox] >= std::min(count, policy.min_keep));
}

RC_GTEST_PROP(RetentionProperties, DecidingAgainOnWhatStayedRemovesNothing, ()) {
  std::vector<RetentionSnapshot> snapshots = some_snapshots();
  const RetentionPolicySpec policy = a_policy(some_rules());
  const std::set<std::string> gone = removed_by(policy, snapshots);
  std::erase_if(snapshots, [&](const RetentionSnapshot& snapshot) { return gone.contains(snapshot.name); });
  RC_ASSERT(removed_by(policy, snapshots).empty());
}

RC_GTEST_PROP(RetentionProperties, AnotherPolicyNeverRemovesMoreOfWhatTheFirstSelects, ()) {
  const std::vector<RetentionSnapshot> snapshots = some_snapshots();
  const auto review = [&] {
    return PolicyReview{RetentionMode::Enforce, decide(a_policy(some_rules()), snapshots, in_2027())};
  };
  PolicyReviews reviews{{*ResourceName::make("a"), review()}};
  const auto going = [&] {
    std::set<std::string> names;
    for (const Removal& removal : agree(reviews).removals) names.insert(removal.name);
    return names;
  };
  const std::set<std::string> alone = going();
  reviews.emplace(*ResourceName::make("b"), review());
  RC_ASSERT(is_within(going(), alone));
}

}  // namespace
}  // namespace cowherd::testing
