// SPDX-License-Identifier: Apache-2.0
#include "reconciler/retention/keep_rules.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "reconciler/retention/calendar.h"

namespace cowherd {

namespace {

using Reasons = std::vector<std::vector<std::string>>;

struct CalendarRule {
  std::string_view word;
  Bucket bucket;
  std::optional<std::int64_t> KeepRules::*count;
  std::optional<CalendarSpan> KeepRules::*within;
};

constexpr std::array<CalendarRule, 5> kCalendarRules{
    {{"hourly", Bucket::Hour, &KeepRules::hourly, &KeepRules::within_hourly},
     {"daily", Bucket::Day, &KeepRules::daily, &KeepRules::within_daily},
     {"weekly", Bucket::Week, &KeepRules::weekly, &KeepRules::within_weekly},
     {"monthly", Bucket::Month, &KeepRules::monthly, &KeepRules::within_monthly},
     {"yearly", Bucket::Year, &KeepRules::yearly, &KeepRules::within_yearly}}};

bool is_set(const std::optional<std::int64_t>& count) { return count && *count != 0; }
bool is_set(const std::optional<CalendarSpan>& span) { return span && *span != CalendarSpan{}; }

std::string of_count(std::int64_t used, std::int64_t count) {
  return count < 0 ? " (all)" : " (" + std::to_string(used) + " of " + std::to_string(count) + ")";
}

void keep_last(std::int64_t count, const Group& group, Reasons& reasons) {
  for (std::size_t i = 0; i < group.size() && (count < 0 || static_cast<std::int64_t>(i) < count); ++i) {
    reasons[i].push_back("last" + of_count(static_cast<std::int64_t>(i) + 1, count));
  }
}

void keep_counted(const CalendarRule& rule, std::int64_t count, const Group& group, Reasons& reasons) {
  std::optional<std::int64_t> previous;
  std::int64_t used = 0;
  for (std::size_t i = 0; i < group.size() && (count < 0 || used < count); ++i) {
    const Moment captured = group[i]->captured;
    const std::int64_t bucket = bucket_of(rule.bucket, captured);
    const bool is_newest_of_bucket = previous != bucket;
    if (!is_newest_of_bucket && i + 1 != group.size()) continue;
    ++used;
    previous = bucket;
    const std::string word(rule.word);
    reasons[i].push_back(is_newest_of_bucket ? word + " " + print_bucket(rule.bucket, captured) + of_count(used, count)
                                             : "oldest " + word);
  }
}

void keep_within(const CalendarSpan& span, const Group& group, Reasons& reasons) {
  const Moment edge = back_by(group.front()->captured, span);
  for (std::size_t i = 0; i < group.size() && group[i]->captured > edge; ++i) {
    reasons[i].push_back("within " + print_calendar_span(span));
  }
}

void keep_bucketed_within(const CalendarRule& rule, const CalendarSpan& span, const Group& group, Reasons& reasons) {
  const Moment edge = back_by(group.front()->captured, span);
  std::optional<std::int64_t> previous;
  for (std::size_t i = 0; i < group.size() && group[i]->captured > edge; ++i) {
    const std::int64_t bucket = bucket_of(rule.bucket, group[i]->captured);
    if (previous == bucket) continue;
    previous = bucket;
    reasons[i].push_back(std::string(rule.word) + " " + print_bucket(rule.bucket, group[i]->captured) + " within " +
                         print_calendar_span(span));
  }
}

std::string print_selector(const LabelSelector& selector) {
  std::string text;
  for (const auto& [key, value] : selector) text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

void keep_labelled(const LabelSelector& selector, const Group& group, Reasons& reasons) {
  if (selector.empty()) return;
  const std::string reason = "label " + print_selector(selector);
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (matches(selector, group[i]->labels)) reasons[i].push_back(reason);
  }
}

}  // namespace

bool keeps_nothing(const KeepRules& rules) {
  const bool has_labels = std::any_of(rules.labels.begin(), rules.labels.end(),
                                      [](const LabelSelector& selector) { return !selector.empty(); });
  const bool has_calendar = std::any_of(kCalendarRules.begin(), kCalendarRules.end(), [&](const CalendarRule& rule) {
    return is_set(rules.*rule.count) || is_set(rules.*rule.within);
  });
  return !has_labels && !has_calendar && !is_set(rules.last) && !is_set(rules.within);
}

Reasons reasons_to_keep(const KeepRules& rules, const Group& newest_first) {
  Reasons reasons(newest_first.size());
  if (newest_first.empty()) return reasons;
  if (is_set(rules.last)) keep_last(*rules.last, newest_first, reasons);
  for (const CalendarRule& rule : kCalendarRules) {
    const std::optional<std::int64_t>& count = rules.*rule.count;
    if (is_set(count)) keep_counted(rule, *count, newest_first, reasons);
  }
  if (is_set(rules.within)) keep_within(*rules.within, newest_first, reasons);
  for (const CalendarRule& rule : kCalendarRules) {
    const std::optional<CalendarSpan>& span = rules.*rule.within;
    if (is_set(span)) keep_bucketed_within(rule, *span, newest_first, reasons);
  }
  for (const LabelSelector& selector : rules.labels) keep_labelled(selector, newest_first, reasons);
  return reasons;
}

}  // namespace cowherd
