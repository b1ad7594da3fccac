// SPDX-License-Identifier: Apache-2.0
#include "reconciler/metrics/host_gauges.h"

#include <algorithm>

#include "reconciler/plan/memory_budget.h"

namespace cowherd {

namespace {

prometheus::MetricFamily gauge(const char* name, const char* help, double value) { return Gauges(name, help).add(value).take(); }

void add_space(const SpaceInfo& space, const Limits& limits, Families& families) {
  const double ratio = space.total.value == 0 ? 0 : number_of(space.available) / number_of(space.total);
  families.push_back(gauge("cowherd_state_filesystem_size_bytes", "Size of the file system of the state directory.", number_of(space.total)));
  families.push_back(gauge("cowherd_state_filesystem_free_bytes", "What is free of it for the daemon.", number_of(space.available)));
  families.push_back(gauge("cowherd_state_filesystem_free_ratio", "The free share of it, from 0 to 1.", ratio));
  families.push_back(gauge("cowherd_state_filesystem_required_free_ratio",
                           "limits.minFreePercent as a share: with less free, nothing that takes space is begun.",
                           limits.min_free_percent / 100.0));
}

void add_memory(const Observed& seen, const Limits& limits, Families& families) {
  families.push_back(gauge("cowherd_memory_admitted_bytes", "Memory of the machines that are there.", number_of(memory_of_machines(seen))));
  families.push_back(gauge("cowherd_memory_budget_bytes", "What limits.memoryBudgetPercent allows for all machines together.",
                           number_of(memory_budget(seen.host_memory, limits))));
}

void add_trash(const StoreContents& store, const Limits& limits, Bytes bytes, Families& families) {
  const auto oldest = std::min_element(store.trash.begin(), store.trash.end(),
                                       [](const TrashEntry& a, const TrashEntry& b) { return a.since < b.since; });
  families.push_back(gauge("cowherd_trash_entries", "Entries in trash.", number_of(store.trash.size())));
  families.push_back(gauge("cowherd_trash_bytes", "What purging all of trash would give back, each entry as it was when it came.", number_of(bytes)));
  families.push_back(gauge("cowherd_trash_oldest_timestamp_seconds", "When the oldest entry came into trash; 0 when there is none.",
                           oldest == store.trash.end() ? 0 : seconds_of(oldest->since)));
  families.push_back(gauge("cowherd_trash_grace_seconds", "guards.trashGrace: how long an entry can be brought back.", seconds_of(limits.trash_grace)));
}

void add_declared(const Declaration& declared, Families& families) {
  const auto errors = std::count_if(declared.diagnostics.begin(), declared.diagnostics.end(),
                                    [](const Diagnostic& one) { return one.severity == Severity::Error; });
  families.push_back(gauge("cowherd_manifest_files", "Manifest files that are there or remembered.", number_of(declared.files.size())));
  families.push_back(gauge("cowherd_manifest_errors", "Errors in manifests; what was in force before stays.", static_cast<double>(errors)));
  families.push_back(gauge("cowherd_manifests_readable", "1 when all manifests could be read in the last look.",
                           declared.complete || declared.settling ? 1 : 0));
}

}  // namespace

Families host_gauges(const Picture& picture, const Limits& limits, Bytes trash) {
  Families families;
  add_space(picture.seen.space, limits, families);
  add_memory(picture.seen, limits, families);
  add_trash(picture.seen.store, limits, trash, families);
  add_declared(picture.declared, families);
  families.push_back(gauge("cowherd_orphans", "Things that carry our mark and that nothing explains; they are left alone.",
                           number_of(orphans(picture.seen).size())));
  families.push_back(gauge("cowherd_approvals", "Approvals that were given and are not used yet.", number_of(picture.seen.approvals.size())));
  return families;
}

}  // namespace cowherd
