// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/reconciler.h"

#include <algorithm>

#include "reconciler/desired/suspended.h"

namespace cowherd {

namespace {

constexpr int kFailuresThatMeanStuck = 3;
constexpr Span kHiccup = std::chrono::seconds{10};

// Objects that are missing from the declaration, but not for long enough to be given up.
bool awaits_absence(const Picture& picture, Span prune_delay) {
  const auto awaits = [&](const ObjectName& name) {
    return !picture.declared.objects.contains(name) && !picture.declared.holds(name) &&
           !confirmed_absent(picture.declared, name, picture.now, prune_delay);
  };
  for (const auto& [uid, identity] : picture.seen.store.sandboxes) {
    if (identity.known() && !identity->retained && awaits({Kind::Sandbox, identity->name})) return true;
  }
  for (const auto& [text, snapshot] : picture.seen.store.snapshots) {
    if (snapshot.known() && !snapshot->retained && awaits({Kind::Snapshot, snapshot->name})) return true;
  }
  for (const auto& [text, revisions] : picture.seen.store.templates) {
    const auto name = ResourceName::make(text);
    if (name && !revisions.empty() && awaits({Kind::Template, *name})) return true;
  }
  for (const auto& [name, absence] : picture.declared.absences) {
    if (name.kind == Kind::RetentionPolicy && awaits(name)) return true;
  }
  return false;
}

// The same of objects that are suspended and seem to be gone.
bool awaits_end_of_suspension(const Picture& picture, Span prune_delay) {
  if (!picture.seen.suspensions.known()) return false;
  const Declaration& declared = picture.declared;
  return std::any_of(picture.seen.suspensions->begin(), picture.seen.suspensions->end(), [&](const Suspension& request) {
    const bool is_there = declared.objects.contains(request.object) || declared.holds(request.object) ||
                          is_on_host(picture.seen.store, request.object);
    return !is_there && !confirmed_absent(declared, request.object, picture.now, prune_delay);
  });
}

bool is_to_look_again(const Picture& picture, Span prune_delay) {
  return awaits_absence(picture, prune_delay) || awaits_end_of_suspension(picture, prune_delay);
}

bool fails_again_and_again(const Picture& picture, const Blocked& blocked) {
  for (const auto& [key, attempts] : picture.memory.attempts) {
    if (key.starts_with(blocked.object + " ") && attempts.failures >= kFailuresThatMeanStuck) return true;
  }
  for (const WantedSandbox& wanted : picture.wanted.sandboxes) {
    if (blocked.object != sandbox_object(wanted.identity.name) || !wanted.identity.last_exit) continue;
    if (wanted.identity.last_exit->failures >= kFailuresThatMeanStuck) return true;
  }
  return false;
}

// On a busy host a VMM is late with its answer now and then; the next looks tell whether it hangs.
bool may_pass(const Picture& picture, const Blocked& blocked) {
  if (blocked.reason != "VmmUnresponsive") return false;
  const auto ready = picture.memory.conditions.find(blocked.object + " Ready");
  const bool told = ready != picture.memory.conditions.end() && ready->second.reason == blocked.reason;
  return !told || picture.now - ready->second.since < kHiccup;
}

// Everything that an empty directory put at stake is gone by approval, was to stay, or is declared by another source.
bool nothing_is_at_stake(const Picture& picture) {
  if (!picture.declared.complete || !picture.seen.store.unreadable.empty()) return false;
  const auto is_declared = [&](Kind kind, const ResourceName& name) { return picture.declared.objects.contains({kind, name}); };
  for (const auto& [uid, identity] : picture.seen.store.sandboxes) {
    if (!identity.known() || !(identity->retained || is_declared(Kind::Sandbox, identity->name))) return false;
  }
  for (const auto& [name, snapshot] : picture.seen.store.snapshots) {
    if (!snapshot.known() || !(snapshot->retained || is_declared(Kind::Snapshot, snapshot->name))) return false;
  }
  for (const auto& [name, wanted] : picture.wanted.templates) {
    if (!wanted.is_retained && !is_declared(Kind::Template, name)) return false;
  }
  return true;
}

}  // namespace

std::size_t Reconciler::report_outcomes() {
  const std::vector<Outcome> outcomes = executor_.collect();
  for (const Outcome& outcome : outcomes) {
    reporter_.report(outcome);
    if (listener_) listener_(outcome);
  }
  return outcomes.size();
}

void Reconciler::tick() {
  report_outcomes();
  picture_ = take_picture(world_, executor_.in_flight());  // source/, observed/, desired/, plan/
  Stopwatch watch;
  executor_.adopt(picture_.plan);                          // execute/
  executor_.pump();
  picture_.took.execute = watch.lap();
  statuses_ = statuses_of(picture_);
  reporter_.report(picture_, statuses_);
  picture_.took.report = watch.lap();
  if (picture_.declared.empty_hold && nothing_is_at_stake(picture_)) {
    world_.source.accept_empty();
    picture_.declared.empty_hold = false;
  }
}

bool Reconciler::advance() {
  const bool has_ended = report_outcomes() > 0;
  executor_.pump();
  return has_ended && executor_.is_waiting() && executor_.in_flight().empty();
}

Moment Reconciler::next_wake(Span resync) const {
  Moment wake = picture_.now + resync;
  if (picture_.declared.settling) wake = std::min(wake, picture_.declared.settle_until);
  if (is_to_look_again(picture_, world_.prune_delay)) wake = std::min(wake, picture_.now + world_.prune_delay);
  if (picture_.plan.next_look) wake = std::min(wake, *picture_.plan.next_look);
  return std::max(wake, picture_.now);
}

bool Reconciler::is_settled() const {
  return !picture_.declared.settling && !awaits_absence(picture_, world_.prune_delay);
}

Standing Reconciler::standing() const {
  if (!picture_.plan.steps.empty() || !executor_.is_idle() || picture_.declared.settling) return Standing::Working;
  if (picture_.declared.complete && is_to_look_again(picture_, world_.prune_delay)) return Standing::Working;
  bool held = false;
  bool stuck = !picture_.declared.complete || has_errors(picture_.declared.diagnostics);
  for (const Blocked& blocked : picture_.plan.blocked) {
    switch (blocked.kind) {
      case BlockKind::Approval:
      case BlockKind::Guard: held = true; break;
      case BlockKind::Backoff:
        if (!fails_again_and_again(picture_, blocked)) return Standing::Working;
        stuck = true;
        break;
      case BlockKind::Unknown:
        if (may_pass(picture_, blocked)) return Standing::Working;
        stuck = true;
        break;
      case BlockKind::Waiting: stuck = stuck || blocked.reason != "InUse"; break;
    }
  }
  if (held || picture_.declared.empty_hold) return Standing::Held;
  return stuck ? Standing::Stuck : Standing::Converged;
}

}  // namespace cowherd
