// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/collect_revision.h"

#include "reconciler/lineage/build_lineage.h"
#include "resources/store/approvals.h"

namespace cowherd {

std::string CollectRevision::describe() const {
  return "move revision " + id.short12() + " of template '" + template_name.str() + "' to trash";
}

Status CollectRevision::precondition(Host& host) const {
  const Result<RevisionIdentity> revision = host.store.revision(template_name.str(), id);
  if (revision && revision->is_protected) {
    return fail(ErrorKind::Stale, "revision " + id.short12() + " is protected since the plan");
  }
  const StoreContents contents = host.store.look();
  const LineageWalk walk = walk_lineage({contents});
  if (!walk.lineage.is_complete()) return fail(walk.lineage.doubts.front());
  const NodeId node = revision_node(template_name.str(), id);
  if (is_given_up && !user_that_stays(walk, node)) return {};
  const auto kept = walk.kept.find(node);
  if (kept == walk.kept.end()) return {};
  const std::string by = kept->second.by ? walk.lineage.nodes.at(*kept->second.by).label + ", " : "";
  return fail(ErrorKind::Stale, "revision " + id.short12() + " is used: " + by + kept->second.reason);
}

Result<Effect> CollectRevision::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(host.store.trash_revision(template_name, id));
  const StoreContents left = host.store.look();
  if (left.unreadable.empty() && !left.templates.contains(template_name.str())) {
    COWHERD_TRY(consume_approvals_of(host.files, host.store.layout(), template_object(template_name)));
  }
  return Effect::Changed;
}

Status CollectRevision::verify(Host& host) const {
  const auto revision = host.store.revision(template_name.str(), id);
  if (!revision && revision.error().kind == ErrorKind::NotFound) return {};
  return fail(ErrorKind::Failed, "revision " + id.short12() + " is still there after it was moved to trash");
}

}  // namespace cowherd
