// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/undelete.h"

#include <algorithm>

namespace cowherd {

namespace {

enum class What { Sandbox, Snapshot, Revision };

What what_is(const TrashEntry& entry) {
  if (is_revision(entry)) return What::Revision;
  return entry.name.starts_with("snapshot-") ? What::Snapshot : What::Sandbox;
}

ResourceName name_in(const TrashEntry& entry) {
  return ResourceName::make(entry.object.substr(entry.object.find('/') + 1)).value_or(ResourceName{});
}

bool is_in_trash(const StoreContents& contents, const TrashEntry& entry) {
  return std::any_of(contents.trash.begin(), contents.trash.end(),
                     [&](const TrashEntry& other) { return other.name == entry.name; });
}

bool name_is_taken(const StoreContents& contents, const TrashEntry& entry) {
  const ResourceName name = name_in(entry);
  switch (what_is(entry)) {
    case What::Sandbox:
      return std::any_of(contents.sandboxes.begin(), contents.sandboxes.end(),
                         [&](const auto& one) { return !one.second.known() || one.second->name == name; });
    case What::Snapshot: return contents.snapshots.contains(name.str()) || contents.seeds.contains(name.str());
    case What::Revision: return has_revision(contents, *entry.base);
  }
  return false;
}

}  // namespace

bool is_revision(const TrashEntry& entry) { return entry.name.starts_with("revision-"); }

bool has_revision(const StoreContents& contents, const RevisionRef& revision) {
  const auto revisions = contents.templates.find(revision.template_name);
  return revisions != contents.templates.end() && revisions->second.contains(revision.id);
}

Keys Undelete::needs() const {
  if (is_revision(entry)) return {};
  return {revision_key(entry.base->template_name, entry.base->id)};
}

Keys Undelete::makes() const {
  const ResourceName name = name_in(entry);
  switch (what_is(entry)) {
    case What::Sandbox: return {sandbox_key(name), spec_key(name), store_key(name)};
    case What::Snapshot: return {snapshot_key(name)};
    case What::Revision: return {revision_key(entry.base->template_name, entry.base->id)};
  }
  return {};
}

Status Undelete::precondition(Host& host) const {
  const StoreContents contents = host.store.look();
  if (!is_in_trash(contents, entry)) return fail(ErrorKind::Stale, "'" + entry.name + "' is not in trash any more");
  if (name_is_taken(contents, entry)) return fail(ErrorKind::Stale, "the place of " + entry.object + " is taken");
  if (is_revision(entry) || has_revision(contents, *entry.base)) return {};
  return fail(ErrorKind::Stale, "the revision that " + entry.object + " stands on is gone");
}

Result<Effect> Undelete::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(host.store.undelete(entry, how));
  return Effect::Changed;
}

Status Undelete::verify(Host& host) const {
  const StoreContents contents = host.store.look();
  if (!is_in_trash(contents, entry) && name_is_taken(contents, entry)) return {};
  return fail(ErrorKind::Failed, entry.object + " is not in its place after it was brought back");
}

}  // namespace cowherd
