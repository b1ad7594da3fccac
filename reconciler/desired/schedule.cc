// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/schedule.h"

#include <algorithm>

#include "reconciler/desired/undeclared_snapshot.h"

namespace cowherd {

namespace {

Moment anchor_of(const SandboxIdentity& sandbox, Moment now) {
  const bool counts = sandbox.last_scheduled && sandbox.last_scheduled->due <= now;
  return counts ? sandbox.last_scheduled->due : sandbox.created;
}

// Whole spans between the anchor and now; none when the anchor is to come.
Span::rep spans_since(Moment anchor, Span every, Moment now) { return now < anchor ? 0 : (now - anchor) / every; }

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return text;
}

bool is_taken(const ExpandInput& input, const Wanted& wanted, const ResourceName& name) {
  return wanted.snapshots.contains(name) || input.store.snapshots.contains(name.str()) ||
         input.store.seeds.contains(name.str());
}

// What has the name of this run and cannot be read may be this very run.
bool may_be_taken(const ExpandInput& input, const SandboxIdentity& sandbox, Moment due) {
  const auto found = input.store.snapshots.find(derived_name(sandbox.name, lower_case(print_compact(due))).str());
  return found != input.store.snapshots.end() && found->second.unknown();
}

// Cut names of two sandboxes may be equal, and a document may have chosen that very name.
ResourceName free_name(const ExpandInput& input, const Wanted& wanted, const SandboxIdentity& sandbox, Moment due) {
  const std::string when = lower_case(print_compact(due));
  const ResourceName plain = derived_name(sandbox.name, when);
  return is_taken(input, wanted, plain) ? derived_name(sandbox.name, when + "-" + sandbox.uid.str().substr(0, 4)) : plain;
}

WantedSnapshot scheduled_snapshot(const SandboxIdentity& sandbox, ResourceName name, Moment due, Uid uid) {
  WantedSnapshot snapshot;
  snapshot.fate = Fate::Create;
  snapshot.reason = "every " + print_span(*sandbox.spec.snapshots_every) + ", due at " + print_moment(due);
  snapshot.identity =
      undeclared_snapshot(sandbox, {std::move(name), std::move(uid), sandbox.spec.snapshots_mode, kBySchedule});
  snapshot.identity.scheduled = due;
  return snapshot;
}

}  // namespace

std::optional<ScheduledRun> last_run(const StoreContents& store, const SandboxIdentity& sandbox, Moment now) {
  std::optional<ScheduledRun> last = sandbox.last_scheduled;
  for (const auto& [name, snapshot] : store.snapshots) {
    if (!snapshot.known() || snapshot->sandbox_uid != sandbox.uid || !snapshot->scheduled) continue;
    const Moment due = *snapshot->scheduled;
    if (due > now) continue;
    if (!last || last->due > now || due > last->due) last = ScheduledRun{due, snapshot->standing};
  }
  return last;
}

std::optional<Moment> due_run(const SandboxIdentity& sandbox, Moment now) {
  if (!sandbox.spec.snapshots_every) return std::nullopt;
  const Span every = *sandbox.spec.snapshots_every;
  const Moment anchor = anchor_of(sandbox, now);
  const Span::rep spans = spans_since(anchor, every, now);
  if (spans == 0) return std::nullopt;
  return anchor + spans * every;
}

Moment next_run(const SandboxIdentity& sandbox, Moment now) {
  const Span every = *sandbox.spec.snapshots_every;
  const Moment anchor = anchor_of(sandbox, now);
  return anchor + (spans_since(anchor, every, now) + 1) * every;
}

void add_scheduled(const ExpandInput& input, const FreshUid& fresh_uid, Wanted& wanted) {
  for (WantedSandbox& sandbox : wanted.sandboxes) {
    if (sandbox.fate != Fate::Keep || !sandbox.present) continue;
    sandbox.identity.last_scheduled = last_run(input.store, *sandbox.present, input.now);
    if (sandbox.identity.retained || !sandbox.disk_wanted) continue;
    const std::optional<Moment> due = due_run(sandbox.identity, input.now);
    if (!due || may_be_taken(input, sandbox.identity, *due)) continue;
    ResourceName name = free_name(input, wanted, sandbox.identity, *due);
    if (is_taken(input, wanted, name)) continue;
    wanted.snapshots.emplace(name, scheduled_snapshot(sandbox.identity, name, *due, fresh_uid()));
  }
}

}  // namespace cowherd
