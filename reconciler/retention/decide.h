// SPDX-License-Identifier: Apache-2.0
// What one RetentionPolicy makes of the snapshots there are: Keep or Remove for each, with every reason, in words for
// people. A pure function that does not depend on the order of its input. The rules are restic's (keep_rules.h); what
// ties a snapshot down beyond them is stronger than any rule and any target.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/files/file_system.h"
#include "resources/kinds/retention_policy.h"
#include "resources/kinds/snapshot.h"

namespace cowherd {

// A captured snapshot, as far as retention cares.
struct RetentionSnapshot {
  std::string name{};
  std::string sandbox{};
  SnapshotMode mode = SnapshotMode::Disk;
  Moment captured{};
  std::map<std::string, std::string> labels{};
  std::vector<std::string> holds{};
  bool is_declared = false;
  bool is_protected = false;
  std::vector<std::string> ties{};  // what else keeps it here, each as a person shall read it
  Bytes allocated{};                // what the file system gets back when it goes
};

enum class RetentionVerdict { Keep, Remove };
std::string_view to_string(RetentionVerdict verdict);

struct RetentionDecision {
  std::string name{};
  Moment captured{};
  Bytes allocated{};
  RetentionVerdict verdict = RetentionVerdict::Keep;
  std::vector<std::string> reasons{};  // never empty
  bool operator==(const RetentionDecision&) const = default;
};

// Why a policy may remove nothing at all now: a CamelCase reason and a message.
struct RetentionRefusal {
  std::string reason{};
  std::string message{};
  bool is_unknown = false;  // something could not be looked at
  bool operator==(const RetentionRefusal&) const = default;
};

struct RetentionReview {
  std::vector<RetentionDecision> decisions{};  // of what the selector matches: newest first, then by name
  std::optional<RetentionRefusal> refusal{};   // every verdict is Keep then
  std::string space_unmet{};                   // which target is not met though all that may go goes; "": none
  std::optional<Moment> next_look{};           // when time alone changes a verdict
  bool operator==(const RetentionReview&) const = default;
};

struct RetentionMoment {
  Moment now{};
  std::optional<SpaceInfo> space{};  // of the file system they are on; none: minFreePercent is not looked at
  Bytes coming_free{};               // in trash: free soon, and nothing more has to go for it
};

// A snapshot captured later than now by more than this is from the future: it stays and does not count.
inline constexpr Span kClockTolerance = std::chrono::minutes{5};

RetentionReview decide(const RetentionPolicySpec& policy, const std::vector<RetentionSnapshot>& snapshots,
                       const RetentionMoment& at);

// Every verdict becomes Keep, for this reason.
RetentionReview refuse(RetentionReview review, RetentionRefusal why);

}  // namespace cowherd
