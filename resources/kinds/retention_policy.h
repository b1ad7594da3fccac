// SPDX-License-Identifier: Apache-2.0
// RetentionPolicy: which snapshots stay, by restic's algebra with floors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/kinds/label_selector.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/quantity.h"

namespace cowherd {

enum class RetentionMode { DryRun, Enforce };

// Calendar duration of the within rules: "2y5mo7d3h".
struct CalendarSpan {
  std::int64_t years = 0;
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t hours = 0;
  bool operator==(const CalendarSpan&) const = default;
};

Result<CalendarSpan> parse_calendar_span(std::string_view text);
std::string print_calendar_span(const CalendarSpan& span);

struct KeepRules {
  std::optional<std::int64_t> last{}, hourly{}, daily{}, weekly{}, monthly{}, yearly{};  // -1: all
  std::optional<CalendarSpan> within{}, within_hourly{}, within_daily{}, within_weekly{}, within_monthly{},
      within_yearly{};
  std::vector<LabelSelector> labels{};
  bool operator==(const KeepRules&) const = default;
};

struct RetentionPolicySpec {
  RetentionMode mode = RetentionMode::DryRun;    // mode
  LabelSelector selector{};                      // selector.matchLabels, not empty
  std::vector<std::string> group_by{};           // groupBy: Sandbox | Mode | None | Label:<key>
  KeepRules keep{};                              // keep.*
  Span min_age{};                                // minAge
  std::int64_t min_keep = 1;                     // minKeep
  std::optional<Bytes> max_bytes{};              // space.maxBytes
  std::optional<std::int64_t> min_free_percent{};  // space.minFreePercent
  LabelSelector node_selector{};                   // placement.nodeSelector, empty: every host
  bool operator==(const RetentionPolicySpec&) const = default;
};

}  // namespace cowherd
