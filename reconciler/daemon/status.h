// SPDX-License-Identifier: Apache-2.0
// What is to be said of every object: kstatus conditions, facts, the host objects that exist for it. A pure function of
// a picture, so that the daemon and the lockless commands say the same.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconciler/daemon/picture.h"

namespace cowherd {

struct Condition {
  std::string type{};
  std::string status{};  // "True", "False", "Unknown"
  std::string reason{};
  std::string message{};
  std::optional<Moment> since{};
  bool operator==(const Condition&) const = default;
};

// `cowherd retention preview` tells the rest.
inline constexpr std::size_t kMostDecisions = 50;
inline constexpr std::string_view kSpaceTargetUnmet = "SpaceTargetUnmet";

struct ObjectStatus {
  ObjectName name{};
  Metadata metadata{};
  std::optional<Spec> spec{};            // declared now; else last applied
  bool declared = false;
  std::string origin{};                  // "file:line" or "file"
  std::string uid{};
  std::int64_t generation = 0;           // of the declared spec
  std::int64_t observed_generation = 0;  // last one fully applied
  Digest spec_hash{};
  std::vector<Condition> conditions{};
  std::vector<std::pair<std::string, std::string>> facts{};      // "vmPid" -> "812", in a fixed order
  std::vector<std::pair<std::string, std::string>> resources{};  // "DmDevice" -> "cowherd-…-root (Active)"
  std::string last_error{};              // of the step that is tried again last
  int attempts = 0;                      // failures in a row of that step; of a VM that ends again and again, of its runs
  std::optional<Moment> next_retry{};
  std::vector<FieldChange> pending{};    // edits that wait for approval
  std::vector<RetentionDecision> decisions{};  // of a policy: the newest kMostDecisions
  bool operator==(const ObjectStatus&) const = default;
};

// Every declared object and every one that exists undeclared, sorted by kind and name.
std::vector<ObjectStatus> statuses_of(const Picture& picture);

// One line about all of them: "17 of 18 ready, 2 steps under way; not ready: Sandbox/web (CrashLoopBackOff)".
std::string summary_of(const std::vector<ObjectStatus>& statuses, std::size_t under_way);

const Condition* condition_of(const ObjectStatus& status, std::string_view type);

// One family each.
ObjectStatus status_of_template(const Picture& picture, const WantedTemplate& wanted);
ObjectStatus status_of_snapshot(const Picture& picture, const ResourceName& name, const WantedSnapshot& wanted);
// A snapshot directory that other software wrote.
ObjectStatus status_of_seed(const Picture& picture, const ResourceName& name, const SeedSnapshot& seed);
ObjectStatus status_of_policy(const Picture& picture, const ObjectName& name, const Declared& declared);
ObjectStatus status_of_sandbox(const Picture& picture, const WantedSandbox& wanted);

// The number the object's declared spec has, or would get: kept in the catalog for kinds without an identity file.
SpecGeneration generation_of(const CatalogMemory& memory, const std::string& object, const Digest& spec_hash);

// Conditions every kind has, from the plan: Ready when nothing else speaks against it.
struct Verdict {
  Condition ready{};
  bool reconciling = false;
  std::string reconciling_message{};
  bool stalled = false;
  std::string stalled_reason{};
  std::string stalled_message{};
};
Verdict verdict_of(const Picture& picture, const std::string& object, Condition ready_when_settled);
void add_conditions(const Picture& picture, const Verdict& verdict, ObjectStatus& status);
// Nothing is done to it; or nothing was, and is again.
void add_suspended(const Picture& picture, ObjectStatus& status);
// Nothing removes, replaces or collects it.
Condition protected_condition();
// Appends a condition with the time it last changed.
void add_condition(const Picture& picture, ObjectStatus& status, Condition condition);

}  // namespace cowherd
