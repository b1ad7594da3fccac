// SPDX-License-Identifier: Apache-2.0
#include "reconciler/plan/guard.h"

#include <algorithm>
#include <map>
#include <set>

#include "reconciler/actions/attempts_key.h"
#include "reconciler/desired/suspended.h"
#include "reconciler/plan/link.h"
#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

namespace {

// Who is told of: a snapshot that is taken because its sandbox leaves is a part of that.
std::string speaker_of(const Action& action) {
  const auto* capture = std::get_if<CaptureSnapshot>(&action.what);
  const bool is_last = capture != nullptr && capture->identity.retained && !capture->identity.scheduled;
  return is_last ? sandbox_object(capture->identity.sandbox) : object_of(action);
}

bool is_suspended(const PlanInput& input, const Action& action) {
  if (std::holds_alternative<DropSuspension>(action.what)) return false;
  const bool is_capture = std::holds_alternative<CaptureSnapshot>(action.what);  // it would freeze the guest of its sandbox
  const std::vector<std::string> objects = is_capture ? objects_of(action) : std::vector<std::string>{object_of(action)};
  return std::any_of(objects.begin(), objects.end(), [&](const std::string& one) { return input.wanted.suspended.contains(one); });
}

// Nothing else is said of what is suspended, but what could not be looked at.
void tell_suspended(const PlanInput& input, Plan& plan) {
  std::erase_if(plan.blocked, [&](const Blocked& blocked) {
    const auto found = input.wanted.suspended.find(blocked.object);
    return blocked.kind != BlockKind::Unknown && found != input.wanted.suspended.end() && !found->second.is_about_nothing;
  });
  for (const auto& [object, suspended] : input.wanted.suspended) {
    if (suspended.is_about_nothing) continue;
    plan.blocked.push_back({object, BlockKind::Guard, kSuspended, suspended.message, std::nullopt});
  }
}

void hold_suspended(const PlanInput& input, Plan& plan, std::vector<bool>& drop) {
  const Fact<std::vector<Suspension>>& requests = input.seen.suspensions;
  std::set<std::string> objects;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    drop[i] = requests.unknown() || is_suspended(input, plan.steps[i].action);
    if (requests.unknown()) objects.insert(speaker_of(plan.steps[i].action));
  }
  for (const std::string& object : objects) {
    plan.blocked.push_back({object, BlockKind::Unknown, "SuspensionsUnknown",
                            "it may be suspended: " + to_string(requests.why()), std::nullopt});
  }
}

// Objects whose document vanished. Every step of such an object belongs to its pruning, also the stop of its VM.
std::set<std::string> pruned_objects(const PlanInput& input, const Plan& plan) {
  std::set<std::string> vanished;
  for (const WantedSandbox& sandbox : input.wanted.sandboxes) {
    if (sandbox.is_prune) vanished.insert(sandbox_object(sandbox.identity.name));
  }
  std::set<std::string> objects;
  for (const Step& step : plan.steps) {
    const std::string object = object_of(step.action);
    if (step.is_prune || vanished.contains(object)) objects.insert(object);
  }
  return objects;
}

bool is_approved_to_go(const PlanInput& input, const Uid& uid, const Digest& spec_hash) {
  return std::any_of(input.seen.approvals.begin(), input.seen.approvals.end(), [&](const Approval& approval) {
    return approval.verb == "delete" && approval.uid == uid.str() && approval.hash8 == spec_hash.short8();
  });
}

bool is_approved_away(const std::string& object, const PlanInput& input) {
  for (const WantedSandbox& sandbox : input.wanted.sandboxes) {
    if (sandbox_object(sandbox.identity.name) == object && sandbox.is_prune) {
      return is_approved_to_go(input, sandbox.identity.uid, sandbox.identity.spec_hash);
    }
  }
  for (const auto& [name, snapshot] : input.wanted.snapshots) {
    if (snapshot_object(name) == object && snapshot.is_prune) {
      return is_approved_to_go(input, snapshot.identity.uid, snapshot.identity.spec_hash);
    }
  }
  return std::any_of(input.seen.approvals.begin(), input.seen.approvals.end(), [&](const Approval& approval) {
    return approval.verb == "delete" && approval.object == object;
  });
}

std::size_t managed_objects(const Observed& seen) {
  std::size_t templates = 0;
  for (const auto& [name, revisions] : seen.store.templates) templates += revisions.empty() ? 0 : 1;
  return seen.store.sandboxes.size() + seen.store.snapshots.size() + templates;
}

// Why pruning as a whole is held, or nothing.
std::string prune_hold(const PlanInput& input, std::size_t candidates) {
  if (input.declared.empty_hold) {
    return "nothing is declared although something was before; if that is meant, `cowherd approve prune`";
  }
  if (!input.declared.complete) return "the manifests could not be read completely: " + input.declared.problem;
  if (!input.seen.store.unreadable.empty()) {
    return "the state directory could not be read completely: " + to_string(input.seen.store.unreadable.front());
  }
  const std::size_t percent = managed_objects(input.seen) * static_cast<std::size_t>(input.limits.max_prune_percent) / 100;
  const std::size_t cap = std::max(static_cast<std::size_t>(input.limits.max_prune_count), percent);
  if (candidates > cap) {
    return std::to_string(candidates) + " objects would be pruned, more than the cap of " + std::to_string(cap) +
           "; if that is meant, `cowherd approve prune`";
  }
  return "";
}

void hold_prunes(const PlanInput& input, Plan& plan, std::vector<bool>& drop) {
  std::set<std::string> candidates;
  for (const std::string& object : pruned_objects(input, plan)) {
    if (!is_approved_away(object, input)) candidates.insert(object);
  }
  const std::string hold = candidates.empty() ? "" : prune_hold(input, candidates.size());
  if (hold.empty()) return;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (candidates.contains(speaker_of(plan.steps[i].action))) drop[i] = true;
  }
  for (const std::string& object : candidates) {
    plan.blocked.push_back({object, BlockKind::Guard, "PruneHeld", hold, std::nullopt});
  }
}

void hold_back_off(const PlanInput& input, Plan& plan, std::vector<bool>& drop) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Action& action = plan.steps[i].action;
    const auto attempts = input.memory.attempts.find(attempts_key(action));
    if (attempts == input.memory.attempts.end() || attempts->second.next_try <= input.now) continue;
    const auto generation = plan.generations.find(object_of(action));
    const bool edited = generation != plan.generations.end() && generation->second != attempts->second.generation;
    if (edited) continue;  // an edit resets the backoff
    drop[i] = true;
    const Attempts& failed = attempts->second;
    plan.blocked.push_back({speaker_of(action), BlockKind::Backoff, failed.reason.empty() ? "ActionFailed" : failed.reason,
                            std::string(verb_of(action)) + " failed " + std::to_string(failed.failures) +
                                (failed.failures == 1 ? " time: " : " times: ") + failed.last_error,
                            failed.next_try});
    if (!plan.next_look || failed.next_try < *plan.next_look) plan.next_look = failed.next_try;
  }
}

bool takes_space(const Action& action) {
  return std::holds_alternative<ImportRevision>(action.what) || std::holds_alternative<CreateSandbox>(action.what) ||
         std::holds_alternative<CreateDisk>(action.what) || std::holds_alternative<GrowDisk>(action.what) ||
         std::holds_alternative<GrowStore>(action.what) || std::holds_alternative<PauseMachine>(action.what) ||
         std::holds_alternative<ComposeMemory>(action.what) || std::holds_alternative<CompactMemory>(action.what) ||
         std::holds_alternative<CaptureSnapshot>(action.what) || std::holds_alternative<RestoreSandbox>(action.what);
}

void hold_on_low_space(const PlanInput& input, Plan& plan, std::vector<bool>& drop) {
  if (has_room(input)) return;
  const SpaceInfo& space = input.seen.space;
  std::set<std::string> told;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (!takes_space(plan.steps[i].action)) continue;
    drop[i] = true;
    const std::string object = speaker_of(plan.steps[i].action);
    if (!told.insert(object).second) continue;
    plan.blocked.push_back({object, BlockKind::Guard, "LowDiskSpace",
                            "the file system of the state directory has " +
                                std::to_string(space.available.value >> 20) + " MiB free, less than " +
                                std::to_string(input.limits.min_free_percent) +
                                " % of it; nothing new is made before there is room",
                            std::nullopt});
  }
}

void sort_blocked(Plan& plan) {
  std::stable_sort(plan.blocked.begin(), plan.blocked.end(),
                   [](const Blocked& a, const Blocked& b) { return a.object < b.object; });
}

}  // namespace

Plan guard(const PlanInput& input, Plan plan) {
  std::vector<bool> drop(plan.steps.size(), false);
  hold_suspended(input, plan, drop);
  hold_prunes(input, plan, drop);
  hold_back_off(input, plan, drop);
  hold_on_low_space(input, plan, drop);
  tell_suspended(input, plan);
  plan.steps = without(std::move(plan.steps), drop);
  sort_blocked(plan);
  return plan;
}

}  // namespace cowherd
