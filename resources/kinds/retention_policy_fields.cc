// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/placement_row.h"
#include "resources/kinds/tables.h"

namespace cowherd {

namespace {

using Policy = RetentionPolicySpec;

Member<Policy> count(std::string path, std::optional<std::int64_t> KeepRules::*rule, std::string doc) {
  return member({.path = "keep." + std::move(path),
                 .minimum = -1,
                 .maximum = 1'000'000,
                 .doc = std::move(doc) + " -1: all.",
                 .example = 7},
                &Policy::keep, rule);
}

Member<Policy> within(std::string path, std::optional<CalendarSpan> KeepRules::*rule, std::string doc) {
  return member({.path = "keep." + std::move(path),
                 .doc = std::move(doc) + " Measured back from the group's newest snapshot; a snapshot exactly at the "
                                         "edge is not in it.",
                 .example = "2y5mo7d3h"},
                &Policy::keep, rule);
}

}  // namespace

const Table<RetentionPolicySpec>& retention_policy_fields() {
  static const Table<RetentionPolicySpec> kTable{
      .doc = "Which snapshots stay that no document declares any more. A snapshot stays when any rule of keep says so; holds, "
             "minAge, use and minKeep protect it beyond the rules; of several enforcing policies each one must agree to a "
             "removal. Declared snapshots count, and stay. The rules are restic's: the newest of each bucket stays, and the "
             "oldest of a group while a counting rule has room. `cowherd retention preview` shows what a policy would do.",
      .sections = {{.path = "selector", .doc = "The snapshots the policy is about."},
                   {.path = "keep",
                    .doc = "Rules to keep by; at least one. They are ORed, in UTC, newest of each bucket.",
                    .rule = Section::Rule::RequiredNotEmpty},
                   {.path = "space", .doc = "Targets that widen deletion, only while they are not met."},
                   placement_section()},
      .members =
          {
              member({.path = "mode",
                      .standard = "DryRun",
                      .values = {"DryRun", "Enforce"},
                      .doc = "DryRun only says what it would remove; Enforce removes."},
                     &Policy::mode),
              member({.path = "selector.matchLabels",
                      .need = Need::Required,
                      .minimum = 1,
                      .maximum = kMaxLabels,
                      .doc = "Labels a snapshot must have, all of them.",
                      .example = Value::Map{{"team", "ml"}}},
                     &Policy::selector),
              member({.path = "groupBy",
                      .type = FieldType::GroupList,
                      .standard = Value::List{"Sandbox"},
                      .minimum = 1,
                      .maximum = kMaxListItems,
                      .doc = "What the rules are applied to separately: Sandbox, Mode, Label:<key>, or None for all "
                             "snapshots as one group.",
                      .example = Value::List{"Sandbox", "Label:tier"}},
                     &Policy::group_by),
              count("last", &KeepRules::last, "The newest n."),
              count("hourly", &KeepRules::hourly, "The newest of each of the last n hours that have any."),
              count("daily", &KeepRules::daily, "The newest of each of the last n days that have any."),
              count("weekly", &KeepRules::weekly, "The newest of each of the last n ISO weeks that have any."),
              count("monthly", &KeepRules::monthly, "The newest of each of the last n months that have any."),
              count("yearly", &KeepRules::yearly, "The newest of each of the last n years that have any."),
              within("within", &KeepRules::within, "Every snapshot of this time."),
              within("withinHourly", &KeepRules::within_hourly, "The newest of each hour of this time."),
              within("withinDaily", &KeepRules::within_daily, "The newest of each day of this time."),
              within("withinWeekly", &KeepRules::within_weekly, "The newest of each ISO week of this time."),
              within("withinMonthly", &KeepRules::within_monthly, "The newest of each month of this time."),
              within("withinYearly", &KeepRules::within_yearly, "The newest of each year of this time."),
              member({.path = "keep.labels",
                      .minimum = 1,
                      .maximum = kMaxListItems,
                      .doc = "Every snapshot that one of these selectors matches.",
                      .example = Value::List{Value::Map{{"matchLabels", Value::Map{{"keep", "true"}}}}}},
                     &Policy::keep, &KeepRules::labels),
              member({.path = "minAge",
                      .standard = "1h",
                      .minimum = 0,
                      .doc = "Nothing younger is removed.",
                      .example = "1h"},
                     &Policy::min_age),
              member({.path = "minKeep",
                      .standard = 1,
                      .minimum = 0,
                      .maximum = 1'000'000,
                      .doc = "So many of each group stay in any case, the newest.",
                      .example = 1},
                     &Policy::min_keep),
              member({.path = "space.maxBytes",
                      .minimum = 0,
                      .doc = "The snapshots of the policy should take no more than this.",
                      .example = "200Gi"},
                     &Policy::max_bytes),
              member({.path = "space.minFreePercent",
                      .minimum = 1,
                      .maximum = 99,
                      .doc = "So much of the file system should stay free.",
                      .example = 15},
                     &Policy::min_free_percent),
              placement_row(&Policy::node_selector),
          },
  };
  return kTable;
}

}  // namespace cowherd
