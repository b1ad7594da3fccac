// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/purge_trash.h"

#include "reconciler/lineage/build_lineage.h"

namespace cowherd {

namespace {

// Only bases have others standing on them: what else lies in trash may go whatever could not be read.
Status nothing_stands_on(Host& host, const TrashEntry& entry) {
  const LineageWalk walk = walk_lineage({host.store.look()});
  const bool is_base = !entry.object.starts_with("Sandbox/");
  if (is_base && !walk.lineage.is_complete()) return fail(walk.lineage.doubts.front());
  for (const Edge& user : users_of(walk.lineage, trash_node(entry.name))) {
    if (!walk.kept.contains(user.from)) continue;
    return fail(ErrorKind::Stale, walk.lineage.nodes.at(user.from).label + " stands on trash entry '" + entry.name + "'");
  }
  return {};
}

}  // namespace

Result<Effect> PurgeTrash::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(nothing_stands_on(host, entry));
  COWHERD_TRY(host.store.purge(entry));
  return Effect::Changed;
}

}  // namespace cowherd
