// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/status.h"

#include <algorithm>

#include "reconciler/desired/suspended.h"

namespace cowherd {

namespace {

// What blocks hardest is said first.
int weight_of(BlockKind kind) {
  switch (kind) {
    case BlockKind::Unknown: return 5;
    case BlockKind::Approval: return 4;
    case BlockKind::Guard: return 3;
    case BlockKind::Backoff: return 2;
    case BlockKind::Waiting: return 1;
  }
  return 0;
}

const Blocked* hardest_block(const Plan& plan, const std::string& object) {
  const Blocked* hardest = nullptr;
  for (const Blocked& blocked : plan.blocked) {
    if (blocked.object != object) continue;
    if (hardest == nullptr || weight_of(blocked.kind) > weight_of(hardest->kind)) hardest = &blocked;
  }
  return hardest;
}

const Step* first_step(const Plan& plan, const std::string& object) {
  for (const Step& step : plan.steps) {
    if (object_of(step.action) == object) return &step;
  }
  return nullptr;
}

}  // namespace

SpecGeneration generation_of(const CatalogMemory& memory, const std::string& object, const Digest& hash) {
  const auto known = memory.generations.find(object);
  if (known == memory.generations.end()) return {1, hash.str()};
  if (known->second.spec_hash == hash.str()) return known->second;
  return {known->second.number + 1, hash.str()};
}

void add_condition(const Picture& picture, ObjectStatus& status, Condition condition) {
  const auto memory = picture.memory.conditions.find(to_string(status.name) + " " + condition.type);
  if (memory != picture.memory.conditions.end() && memory->second.status == condition.status) {
    condition.since = memory->second.since;
  } else {
    condition.since = picture.now;
  }
  status.conditions.push_back(std::move(condition));
}

Condition protected_condition() {
  return {"Protected", "True", "Annotated", "annotation " + std::string(kProtectAnnotation) + " keeps it and its data", std::nullopt};
}

void add_suspended(const Picture& picture, ObjectStatus& status) {
  const std::string object = to_string(status.name);
  const auto found = picture.wanted.suspended.find(object);
  if (found != picture.wanted.suspended.end()) {
    const char* by = found->second.request ? "Requested" : "Annotated";
    add_condition(picture, status, {kSuspended, "True", by, found->second.message, std::nullopt});
  } else if (picture.memory.conditions.contains(object + " " + kSuspended)) {
    add_condition(picture, status, {kSuspended, "False", "NotSuspended", "", std::nullopt});
  }
}

Verdict verdict_of(const Picture& picture, const std::string& object, Condition ready_when_settled) {
  Verdict verdict;
  verdict.ready = std::move(ready_when_settled);
  const Step* step = first_step(picture.plan, object);
  const bool in_flight = picture.in_flight.contains(object);
  if (step != nullptr || in_flight) {
    verdict.reconciling = true;
    verdict.reconciling_message = step != nullptr ? describe(step->action) + ": " + step->reason : "a step is under way";
    verdict.ready = {"Ready", "False", "Progressing", verdict.reconciling_message, std::nullopt};
  }
  const Blocked* blocked = hardest_block(picture.plan, object);
  if (blocked == nullptr) return verdict;
  if (in_flight && blocked->kind == BlockKind::Unknown) return verdict;  // the very step under way hides it
  const std::string ready = blocked->kind == BlockKind::Unknown ? "Unknown" : "False";
  const bool edit_waits = blocked->kind == BlockKind::Approval && verdict.ready.status == "True";
  const bool says_what_is = edit_waits || blocked->reason == kSuspended;
  if (!says_what_is) verdict.ready = {"Ready", ready, blocked->reason, blocked->message, std::nullopt};
  verdict.stalled = blocked->kind == BlockKind::Approval || blocked->kind == BlockKind::Guard;
  verdict.stalled_reason = blocked->reason;
  verdict.stalled_message = blocked->message;
  return verdict;
}

namespace {

// Of several steps that failed, the one that is tried again last: an hour later it is history.
const Attempts* last_failed(const Picture& picture, const std::string& object) {
  const Attempts* last = nullptr;
  for (const auto& [key, attempts] : picture.memory.attempts) {
    if (!key.starts_with(object + " ") || attempts.next_try + std::chrono::hours{1} < picture.now) continue;
    if (last == nullptr || attempts.next_try > last->next_try) last = &attempts;
  }
  return last;
}

void add_attempts(const Picture& picture, ObjectStatus& status) {
  const std::string object = to_string(status.name);
  if (const Attempts* failed = last_failed(picture, object)) {
    status.last_error = failed->last_error;
    status.attempts = failed->failures;
    if (failed->next_try > picture.now) status.next_retry = failed->next_try;
  }
  for (const Blocked& blocked : picture.plan.blocked) {
    if (blocked.object == object && blocked.until) status.next_retry = blocked.until;
  }
}

}  // namespace

void add_conditions(const Picture& picture, const Verdict& verdict, ObjectStatus& status) {
  add_condition(picture, status, verdict.ready);
  add_condition(picture, status,
                {"Reconciling", verdict.reconciling ? "True" : "False",
                 verdict.reconciling ? "Progressing" : "Settled", verdict.reconciling_message, std::nullopt});
  add_condition(picture, status,
                {"Stalled", verdict.stalled ? "True" : "False", verdict.stalled ? verdict.stalled_reason : "NotStalled",
                 verdict.stalled_message, std::nullopt});
  add_suspended(picture, status);
  add_attempts(picture, status);
}

namespace {

// Where it is declared, beside the manifest directory.
void add_source(const Declaration& declared, ObjectStatus& status) {
  const auto found = declared.objects.find(status.name);
  if (found == declared.objects.end() || found->second.source.empty()) return;
  status.facts.emplace_back("source", found->second.source);
  for (const SourceStatus& source : declared.sources) {
    const bool is_its_own = source.name.str() == found->second.source && !source.revision.empty();
    if (is_its_own) status.facts.emplace_back("sourceRevision", source.revision);
  }
}

}  // namespace

const Condition* condition_of(const ObjectStatus& status, std::string_view type) {
  for (const Condition& condition : status.conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

std::vector<ObjectStatus> statuses_of(const Picture& picture) {
  std::vector<ObjectStatus> statuses;
  for (const auto& [name, wanted] : picture.wanted.templates) statuses.push_back(status_of_template(picture, wanted));
  for (const WantedSandbox& wanted : picture.wanted.sandboxes) {
    statuses.push_back(status_of_sandbox(picture, wanted));
  }
  for (const auto& [name, wanted] : picture.wanted.snapshots) {
    if (!wanted.present && !wanted.is_declared) continue;  // until it is captured, its sandbox speaks for it
    statuses.push_back(status_of_snapshot(picture, name, wanted));
  }
  for (const auto& [text, seed] : picture.seen.store.seeds) {
    const auto name = ResourceName::make(text);
    if (name && !picture.wanted.snapshots.contains(*name)) statuses.push_back(status_of_seed(picture, *name, seed));
  }
  for (const auto& [name, declared] : picture.declared.objects) {
    if (name.kind != Kind::RetentionPolicy) continue;
    statuses.push_back(status_of_policy(picture, name, declared));
  }
  for (ObjectStatus& status : statuses) add_source(picture.declared, status);
  std::stable_sort(statuses.begin(), statuses.end(),
                   [](const ObjectStatus& a, const ObjectStatus& b) { return a.name < b.name; });
  return statuses;
}

std::string summary_of(const std::vector<ObjectStatus>& statuses, std::size_t under_way) {
  std::size_t ready = 0;
  std::string first_not_ready;
  for (const ObjectStatus& status : statuses) {
    const Condition* condition = condition_of(status, "Ready");
    if (condition == nullptr) continue;
    if (condition->status == "True") {
      ++ready;
    } else if (first_not_ready.empty() || condition->reason != "Progressing") {
      first_not_ready = to_string(status.name) + " (" + condition->reason + ")";
    }
  }
  std::string line = std::to_string(ready) + " of " + std::to_string(statuses.size()) + " ready";
  if (under_way > 0) line += ", " + std::to_string(under_way) + (under_way == 1 ? " step" : " steps") + " under way";
  if (!first_not_ready.empty()) line += "; not ready: " + first_not_ready;
  return line;
}

}  // namespace cowherd
