// SPDX-License-Identifier: Apache-2.0
// Retention: | the look     | policies                     | -> |
//            | incomplete,  | -                            | nothing goes, every enforcing policy is blocked
//            |  clock back  |                              |
//            | whole        | all enforcing ones remove it | it goes, the oldest first, so many in an hour
//            |              | one enforcing keeps it       | it stays
//            |              | only DryRun                  | it stays, what would go is told
// Candidates are retained and undeclared; declared snapshots count and stay.
#include "reconciler/plan/diff_retention.h"

#include <algorithm>

#include "reconciler/desired/suspended.h"
#include "reconciler/plan/sandbox_rules.h"
#include "resources/memory/generation.h"

namespace cowherd {

namespace {

constexpr Span kCapWindow = std::chrono::hours{1};
constexpr Span kClockJump = std::chrono::hours{1};

std::string policy_object(const ResourceName& name) { return to_string(ObjectName{Kind::RetentionPolicy, name}); }

// How many snapshots name a part: memory files of one name are one file, linked into each directory.
using PartUsers = std::map<std::string, int>;

bool is_shared_by_name(const std::string& part) { return part.starts_with("memfile.") && part != kHeaderName; }

PartUsers part_users(const PlanInput& input) {
  PartUsers users;
  for (const auto& [name, snapshot] : input.seen.store.snapshots) {
    if (!snapshot.known()) continue;
    for (const SnapshotPart& part : snapshot->parts) {
      if (is_shared_by_name(part.name)) ++users[part.name];
    }
  }
  return users;
}

// What the file system gets back: memory files that others have as well stay.
Bytes exclusive_bytes(const PlanInput& input, const SnapshotIdentity& snapshot, const PartUsers& users) {
  Bytes total;
  for (const SnapshotPart& part : snapshot.parts) {
    if (is_shared_by_name(part.name) && users.at(part.name) > 1) continue;
    total = total + allocated_by(input.seen.store, snapshot, part);
  }
  return total;
}

// Declared sandboxes that are still to begin as it, also those that cannot yet, and what else has its hands on it.
std::vector<std::string> ties_of(const PlanInput& input, const WantedSnapshot& wanted) {
  std::vector<std::string> ties;
  std::vector<std::string> users = users_to_come(input, *wanted.present);
  for (const WantedSandbox& sandbox : input.wanted.sandboxes) {
    const std::string object = sandbox_object(sandbox.identity.name);
    const bool is_told = std::find(users.begin(), users.end(), object) != users.end();
    const bool is_to_come = sandbox.fate == Fate::Create && sandbox.identity.spec.restore_from == wanted.identity.name;
    if (is_to_come && !is_told) users.push_back(object);
  }
  for (const std::string& user : users) ties.push_back("needed by " + user);
  if (input.wanted.suspended.contains(snapshot_object(wanted.identity.name))) ties.push_back("suspended");
  if (input.in_flight.contains(snapshot_object(wanted.identity.name))) ties.push_back("a step works on it");
  const bool is_settled = wanted.is_declared || wanted.present->retained || !wanted.identity.spec.holds.empty();
  if (!is_settled) ties.push_back("its document went a moment ago");
  return ties;
}

Moment newest_remembered(const PlanInput& input) {
  Moment newest{};
  for (const auto& [name, snapshot] : input.seen.store.snapshots) {
    if (snapshot.known()) newest = std::max(newest, snapshot->captured);
  }
  for (const auto& [uid, sandbox] : input.seen.store.sandboxes) {
    if (sandbox.known() && sandbox->last_exit) newest = std::max(newest, sandbox->last_exit->at);
  }
  for (const TrashEntry& entry : input.seen.store.trash) newest = std::max(newest, entry.since);
  return newest;
}

std::optional<RetentionRefusal> incomplete_look(const PlanInput& input) {
  if (!input.seen.store.unreadable.empty()) {
    return RetentionRefusal{"IncompleteLook", "the state directory could not be read completely: " +
                                                  to_string(input.seen.store.unreadable.front()), true};
  }
  for (const auto& [name, snapshot] : input.seen.store.snapshots) {
    if (snapshot.unknown()) return RetentionRefusal{"IncompleteLook", to_string(snapshot.why()), true};
  }
  return std::nullopt;
}

// While it is suspended, a policy lets nothing go; what it would keep, the others must not remove either.
std::optional<RetentionRefusal> refusal_of(const PlanInput& input, const ResourceName& policy) {
  const auto found = input.wanted.suspended.find(policy_object(policy));
  if (found == input.wanted.suspended.end()) return std::nullopt;
  return RetentionRefusal{kSuspended, found->second.message};
}

void tell_refusal(const ResourceName& policy, const RetentionRefusal& why, Proposal& proposal) {
  proposal.block(policy_object(policy), why.is_unknown ? BlockKind::Unknown : BlockKind::Guard, why.reason,
                 why.message + "; nothing is removed");
}

PolicyReview review_of(const RetentionPolicySpec& policy, const std::vector<RetentionSnapshot>& snapshots,
                       const RetentionMoment& at, const std::optional<RetentionRefusal>& refusal) {
  PolicyReview given{policy.mode, decide(policy, snapshots, at)};
  if (policy.min_free_percent && !at.space) {
    given.review.space_unmet = "space.minFreePercent: how much is free could not be told";
  }
  if (refusal) given.review = refuse(std::move(given.review), *refusal);
  return given;
}

// Removals are paced, so that a policy that was a mistake is seen before much is gone. What went is counted in trash.
void let_go(const PlanInput& input, Proposal& proposal) {
  const std::vector<Removal>& removals = proposal.retention.removals;
  std::size_t recent = 0;
  std::optional<Moment> room_at;
  for (const TrashEntry& entry : input.seen.store.trash) {
    if (!entry.object.starts_with("Snapshot/") || entry.since + kCapWindow <= input.now) continue;
    ++recent;
    if (!room_at || entry.since + kCapWindow < *room_at) room_at = entry.since + kCapWindow;
  }
  const std::size_t managed = input.seen.store.snapshots.size() + recent;
  const std::size_t cap = std::max(static_cast<std::size_t>(input.limits.max_prune_count),
                                   managed * static_cast<std::size_t>(input.limits.max_prune_percent) / 100);
  const std::size_t allowed = cap > recent ? cap - recent : 0;
  for (std::size_t i = 0; i < removals.size(); ++i) {
    if (i < allowed) {
      proposal.let_go.emplace(removals[i].name, removals[i].reason);
      continue;
    }
    proposal.block("Snapshot/" + removals[i].name, BlockKind::Guard, "PruneHeld",
                   removals[i].reason + "; but retention removes at most " + std::to_string(cap) +
                       " snapshots in an hour: it waits, or goes with `cowherd approve prune`");
  }
  if (removals.size() > allowed) proposal.wake_at(room_at.value_or(input.now + kCapWindow));
}

}  // namespace

std::vector<RetentionSnapshot> retention_snapshots(const PlanInput& input) {
  const PartUsers users = part_users(input);
  std::vector<RetentionSnapshot> snapshots;
  for (const auto& [name, wanted] : input.wanted.snapshots) {
    if (!wanted.present || wanted.fate == Fate::Remove) continue;
    RetentionSnapshot snapshot;
    snapshot.name = name.str();
    snapshot.sandbox = wanted.present->sandbox.str();
    snapshot.mode = wanted.present->spec.mode;
    snapshot.captured = wanted.present->captured;
    snapshot.labels = wanted.identity.labels;
    snapshot.holds = wanted.identity.spec.holds;
    snapshot.is_declared = wanted.is_declared;
    snapshot.is_protected = wanted.present->is_protected;
    snapshot.ties = ties_of(input, wanted);
    snapshot.allocated = exclusive_bytes(input, *wanted.present, users);
    snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

RetentionMoment retention_moment(const PlanInput& input) {
  RetentionMoment at;
  at.now = input.now;
  if (input.seen.space.total == Bytes{} || !input.seen.trash_allocated.known()) return at;
  at.space = input.seen.space;
  at.coming_free = *input.seen.trash_allocated;
  return at;
}

std::optional<RetentionRefusal> retention_refusal(const PlanInput& input) {
  if (const std::optional<Hindrance>& why = input.wanted.retention.hindrance) {
    return RetentionRefusal{why->reason, why->message, why->is_unknown};
  }
  if (std::optional<RetentionRefusal> why = incomplete_look(input)) return why;
  const Moment newest = newest_remembered(input);
  if (input.now + kClockJump >= newest) return std::nullopt;
  return RetentionRefusal{"ClockJumped", "the clock says " + print_moment(input.now) + ", and something of this host is of " +
                                             print_moment(newest) + ": one of the two is wrong"};
}

void diff_retention(const PlanInput& input, Proposal& proposal) {
  const auto& policies = input.wanted.retention.policies;
  if (policies.empty()) return;
  const std::vector<RetentionSnapshot> snapshots = retention_snapshots(input);
  const RetentionMoment at = retention_moment(input);
  const std::optional<RetentionRefusal> refusal = retention_refusal(input);
  PolicyReviews reviews;
  for (const auto& [name, policy] : policies) {
    const PolicyReview given = review_of(policy, snapshots, at, refusal ? refusal : refusal_of(input, name));
    const RetentionReview& review = given.review;
    if (review.refusal && policy.mode == RetentionMode::Enforce) tell_refusal(name, *review.refusal, proposal);
    if (review.next_look) proposal.wake_at(*review.next_look);
    reviews.emplace(name, given);
  }
  proposal.retention = agree(std::move(reviews));
  let_go(input, proposal);
}

}  // namespace cowherd
