// SPDX-License-Identifier: Apache-2.0
#include "reconciler/plan/coming_back.h"

#include <algorithm>
#include <set>

namespace cowherd {

namespace {

bool is_declared(const PlanInput& input, const std::string& object) {
  return std::any_of(input.declared.objects.begin(), input.declared.objects.end(),
                     [&](const auto& entry) { return to_string(entry.first) == object; });
}

// Why it cannot have its name, or "".
std::string taken_by(const PlanInput& input, const TrashEntry& entry) {
  if (is_revision(entry)) return has_revision(input.seen.store, *entry.base) ? "it is there again" : "";
  if (is_declared(input, entry.object)) return "a document declares that name";
  const auto& sandboxes = input.seen.store.sandboxes;
  const bool has_sandbox = std::any_of(sandboxes.begin(), sandboxes.end(), [&](const auto& one) {
    return one.second.known() && sandbox_object(one.second->name) == entry.object;
  });
  const bool is_unsure = std::any_of(sandboxes.begin(), sandboxes.end(), [](const auto& one) { return one.second.unknown(); });
  const std::string name = entry.object.substr(entry.object.find('/') + 1);
  const bool is_snapshot = entry.object.starts_with("Snapshot/");
  const bool has_snapshot = input.seen.store.snapshots.contains(name) || input.seen.store.seeds.contains(name);
  if (is_snapshot ? has_snapshot : has_sandbox) return "another one has that name";
  return !is_snapshot && is_unsure ? "a sandbox directory that cannot be read may have that name" : "";
}

const TrashEntry* base_in_trash(const PlanInput& input, const RevisionRef& base) {
  for (const TrashEntry& entry : input.seen.store.trash) {
    if (is_revision(entry) && entry.base == base) return &entry;
  }
  return nullptr;
}

void bring_back(const PlanInput& input, const TrashEntry& entry, ComingBack& coming) {
  const auto wait = [&](const std::string& why) {
    coming.notes.push_back(entry.object + " cannot come back from trash/" + entry.name + ": " + why);
  };
  if (!entry.base) return wait("what is in trash of it cannot be read, or is a part of a sandbox");
  if (const std::string why = taken_by(input, entry); !why.empty()) return wait(why);
  if (!is_revision(entry) && !has_revision(input.seen.store, *entry.base)) {
    const TrashEntry* base = base_in_trash(input, *entry.base);
    if (base == nullptr) {
      return wait("revision " + entry.base->id.short12() + " of template '" + entry.base->template_name +
                  "', which it stands on, is gone");
    }
    const bool is_coming = std::any_of(coming.steps.begin(), coming.steps.end(),
                                       [&](const Undelete& step) { return step.entry.base == base->base && is_revision(step.entry); });
    if (!is_coming) coming.steps.push_back({*base, UndeleteAs::AsItWas});
  }
  coming.steps.push_back({entry, UndeleteAs::Retained});
}

// Revisions first, so that nobody brings the same one back twice; then the newest of each name.
std::vector<const TrashEntry*> asked_for(const PlanInput& input) {
  std::vector<const TrashEntry*> entries;
  for (const TrashEntry& entry : input.seen.store.trash) {
    if (is_to_come_back(input.seen.approvals, entry.name)) entries.push_back(&entry);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const TrashEntry* a, const TrashEntry* b) {
    return std::pair(!is_revision(*a), b->since) < std::pair(!is_revision(*b), a->since);
  });
  return entries;
}

}  // namespace

bool ComingBack::has(const TrashEntry& entry) const {
  return std::any_of(steps.begin(), steps.end(), [&](const Undelete& step) { return step.entry.name == entry.name; });
}

ComingBack coming_back(const PlanInput& input) {
  ComingBack coming;
  std::set<std::string> names;
  for (const TrashEntry* entry : asked_for(input)) {
    const std::string place = entry->base && is_revision(*entry) ? entry->object + "/" + entry->base->id.str() : entry->object;
    if (!entry->base || names.insert(place).second) bring_back(input, *entry, coming);
  }
  return coming;
}

bool is_base_of_coming(const PlanInput& input, const std::string& template_name, const Digest& id) {
  const RevisionRef revision{template_name, id};
  const std::vector<const TrashEntry*> entries = asked_for(input);
  return std::any_of(entries.begin(), entries.end(),
                     [&](const TrashEntry* entry) { return !is_revision(*entry) && entry->base == revision; });
}

}  // namespace cowherd
