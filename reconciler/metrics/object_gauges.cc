// SPDX-License-Identifier: Apache-2.0
#include "reconciler/metrics/object_gauges.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace cowherd {

namespace {

constexpr std::array kKinds{Kind::Template, Kind::Sandbox, Kind::Snapshot, Kind::RetentionPolicy};
constexpr std::array kStatuses{"True", "False", "Unknown"};

// What alerts ask for by name is told as 0, too.
constexpr std::array<std::pair<BlockKind, const char*>, 5> kAlwaysTold{{{BlockKind::Approval, "ApprovalRequired"},
                                                                        {BlockKind::Backoff, "ActionFailed"},
                                                                        {BlockKind::Guard, "LowDiskSpace"},
                                                                        {BlockKind::Guard, "PruneHeld"},
                                                                        {BlockKind::Waiting, "InsufficientMemory"}}};

std::string text_of(Kind kind) { return std::string(to_string(kind)); }

prometheus::MetricFamily objects(const std::vector<ObjectStatus>& statuses) {
  std::map<std::pair<Kind, std::string>, std::size_t> counts;
  for (const Kind kind : kKinds) {
    for (const char* ready : kStatuses) counts[{kind, ready}] = 0;
  }
  for (const ObjectStatus& status : statuses) {
    const Condition* ready = condition_of(status, "Ready");
    ++counts[{status.name.kind, ready == nullptr ? "Unknown" : ready->status}];
  }
  Gauges gauges("cowherd_objects", "Objects that are declared or exist, by kind and by the status of their condition Ready.");
  for (const auto& [key, count] : counts) gauges.add({{"kind", text_of(key.first)}, {"ready", key.second}}, number_of(count));
  return gauges.take();
}

prometheus::MetricFamily conditions(const std::vector<ObjectStatus>& statuses) {
  std::map<std::tuple<Kind, std::string_view, std::string_view, std::string_view>, std::size_t> counts;
  for (const ObjectStatus& status : statuses) {
    for (const Condition& condition : status.conditions) {
      ++counts[{status.name.kind, condition.type, condition.status, condition.reason}];
    }
  }
  Gauges gauges("cowherd_object_conditions", "Conditions of all objects, by kind, type, status and reason.");
  for (const auto& [key, count] : counts) {
    const auto& [kind, type, status, reason] = key;
    gauges.add({{"kind", text_of(kind)}, {"type", std::string(type)}, {"status", std::string(status)}, {"reason", std::string(reason)}},
               number_of(count));
  }
  return gauges.take();
}

prometheus::MetricFamily not_ready(const std::vector<ObjectStatus>& statuses) {
  Gauges gauges("cowherd_object_not_ready_since_timestamp_seconds",
                "Since when an object is not ready; only of those that are not.");
  for (const ObjectStatus& status : statuses) {
    const Condition* ready = condition_of(status, "Ready");
    if (ready == nullptr || ready->status == "True" || !ready->since) continue;
    gauges.add({{"kind", text_of(status.name.kind)}, {"name", status.name.name.str()}}, seconds_of(*ready->since));
  }
  return gauges.take();
}

prometheus::MetricFamily blocked(const Plan& plan) {
  std::map<std::pair<BlockKind, std::string_view>, std::set<std::string_view>> blocked;
  for (const auto& [cause, reason] : kAlwaysTold) blocked[{cause, reason}];
  for (const Blocked& one : plan.blocked) blocked[{one.kind, one.reason}].insert(one.object);
  Gauges gauges("cowherd_blocked_objects", "Objects with steps that are held back, by what they wait for and by reason.");
  for (const auto& [key, objects] : blocked) {
    gauges.add({{"cause", std::string(to_string(key.first))}, {"reason", std::string(key.second)}}, number_of(objects.size()));
  }
  return gauges.take();
}

void add_backoff(const Picture& picture, Families& families) {
  std::set<std::string> objects;
  int failures = 0;
  std::optional<Moment> next;
  for (const auto& [key, attempts] : picture.memory.attempts) {
    if (attempts.next_try <= picture.now) continue;
    objects.insert(key.substr(0, key.find(' ')));
    failures = std::max(failures, attempts.failures);
    if (!next || attempts.next_try < *next) next = attempts.next_try;
  }
  families.push_back(Gauges("cowherd_backoff_objects", "Objects that wait to be tried again after a failure.").add(number_of(objects.size())).take());
  families.push_back(Gauges("cowherd_backoff_failures_max", "The most failures in a row of one step that is to be tried again.").add(failures).take());
  families.push_back(Gauges("cowherd_backoff_next_retry_timestamp_seconds", "When the next of them is tried again; 0 when there is none.")
                         .add(next ? seconds_of(*next) : 0).take());
}

// The device-mapper tells what is used to the chunk; of other stores, and of closed ones, it is what they take.
void add_stores(const Picture& picture, Families& families) {
  Gauges used("cowherd_sandbox_cow_used_bytes", "What the copy-on-write store of a sandbox with a cowLimit holds.");
  Gauges limit("cowherd_sandbox_cow_limit_bytes", "resources.disk.cowLimit of those sandboxes.");
  Bytes allocated;
  for (const auto& [uid, disk] : picture.seen.disks) {
    if (!disk.known()) continue;
    allocated = allocated + disk->store_allocated;
    const auto identity = picture.seen.store.sandboxes.find(uid);
    if (identity == picture.seen.store.sandboxes.end() || !identity->second.known()) continue;
    const std::optional<Bytes>& most = identity->second->spec.cow_limit;
    if (!most) continue;
    const GaugeLabels labels{{"sandbox", identity->second->name.str()}};
    used.add(labels, number_of(disk->usage ? to_bytes(disk->usage->used) : disk->store_allocated));
    limit.add(labels, number_of(*most));
  }
  families.push_back(used.take());
  families.push_back(limit.take());
  families.push_back(Gauges("cowherd_cow_allocated_bytes", "What the copy-on-write stores of all sandboxes take on the file system.")
                         .add(number_of(allocated)).take());
}

prometheus::MetricFamily machines(const Observed& seen) {
  std::map<std::string, std::size_t> counts{{"Unknown", 0}};
  for (const MachinePhase phase : {MachinePhase::Running, MachinePhase::Paused, MachinePhase::DiskStopped,
                                   MachinePhase::Unresponsive, MachinePhase::Dead}) {
    counts[std::string(to_string(phase))] = 0;
  }
  for (const auto& [uid, machine] : seen.machines) {
    if (!machine.absent()) ++counts[machine.known() ? std::string(to_string(machine->phase)) : "Unknown"];
  }
  Gauges gauges("cowherd_machines", "Virtual machines, by phase.");
  for (const auto& [phase, count] : counts) gauges.add({{"phase", phase}}, number_of(count));
  return gauges.take();
}

}  // namespace

Families object_gauges(const Picture& picture, const std::vector<ObjectStatus>& statuses) {
  Families families{objects(statuses), conditions(statuses), not_ready(statuses), blocked(picture.plan), machines(picture.seen)};
  add_backoff(picture, families);
  add_stores(picture, families);
  return families;
}

}  // namespace cowherd
