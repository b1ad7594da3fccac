// SPDX-License-Identifier: Apache-2.0
// Templates: | declared | revision answers | -> |
//            | yes      | yes              | nothing; other revisions go when nothing uses them
//            | yes      | no               | import, unless a source file is missing
//            | vanished | -                | revisions go with their last user; in use: DeletionBlocked; Retain keeps them
// A revision stays while a sandbox or a snapshot stands on it, or something that may do so could not be read.
#include <algorithm>
#include <set>

#include "reconciler/desired/safeguards.h"
#include "reconciler/plan/coming_back.h"
#include "reconciler/plan/sandbox_rules.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

// Of sandboxes and snapshots that stay when the pass is done.
void add_users(const PlanInput& input, const NodeId& revision, std::set<std::string>& users) {
  for (const Edge& edge : users_of(input.walk.lineage, revision)) {
    if (!input.walk.kept.contains(edge.from)) continue;
    const std::string& label = input.walk.lineage.nodes.at(edge.from).label;
    const std::string name = label.substr(label.find('/') + 1);
    if (edge.from.kind == NodeKind::Sandbox) users.insert(name);
    if (edge.from.kind == NodeKind::Snapshot) users.insert("snapshot " + name);
    if (edge.from.kind == NodeKind::Device) users.insert(label);
  }
}

// Snapshots that are still to be taken of a sandbox on this revision.
bool is_about_to_be_captured(const Wanted& wanted, const std::string& template_name, const Digest& id) {
  return std::any_of(wanted.snapshots.begin(), wanted.snapshots.end(), [&](const auto& entry) {
    const WantedSnapshot& snapshot = entry.second;
    return snapshot.fate == Fate::Create && snapshot.identity.template_name == template_name &&
           snapshot.identity.revision == id;
  });
}

// Also with a revision that cannot be read and might say otherwise.
bool is_approved_to_go(const PlanInput& input, const WantedTemplate& wanted) {
  return wanted.fate == Fate::Remove && is_approved_by_name(input.seen.approvals, {Kind::Template, wanted.name});
}

void collect_unused(const PlanInput& input, const WantedTemplate& wanted, Proposal& proposal) {
  const auto found = input.seen.store.templates.find(wanted.name.str());
  if (found == input.seen.store.templates.end() || wanted.is_protected) return;
  std::set<std::string> users_that_stay;
  for (const auto& [id, revision] : found->second) {
    const bool is_given_up = revision.unknown() && is_approved_to_go(input, wanted);
    if (revision.unknown() && !is_given_up) {
      const ObjectName object{Kind::Template, wanted.name};
      proposal.block(to_string(object), BlockKind::Unknown, "RevisionUnknown",
                     to_string(revision.why()) + (wanted.fate == Fate::Remove ? unreadable_until_approved(object) : ""));
    }
    if (!revision.known() && !is_given_up) continue;
    if (is_about_to_be_captured(input.wanted, wanted.name.str(), id)) continue;
    if (is_base_of_coming(input, wanted.name.str(), id)) continue;
    const NodeId node = revision_node(wanted.name.str(), id);
    if (is_given_up ? user_that_stays(input.walk, node).has_value() : input.walk.kept.contains(node)) {
      add_users(input, node, users_that_stay);
      continue;
    }
    if (!input.walk.lineage.is_complete()) {
      proposal.notes.push_back("revision " + id.short12() + " of template '" + wanted.name.str() +
                               "' stays, since something might stand on it: " + to_string(input.walk.lineage.doubts.front()));
      continue;
    }
    Step step{Action{CollectRevision{wanted.name, id, is_given_up}},
              is_given_up                   ? "its record cannot be read, and its deletion is approved"
              : wanted.fate == Fate::Remove ? "the template is no longer declared"
                                            : "nothing stands on it",
              {}, false};
    step.is_prune = wanted.is_prune;
    proposal.steps.push_back(std::move(step));
  }
  if (wanted.fate == Fate::Remove && !users_that_stay.empty()) {
    proposal.block(template_object(wanted.name), BlockKind::Waiting, "InUse",
                   "no longer declared, but used by " +
                       joined({users_that_stay.begin(), users_that_stay.end()}) +
                       "; it goes with the last of them");
  }
}

// The identity of a revision carries what the document says of its end: when that goes, nothing else tells it.
void record_policy(const PlanInput& input, const WantedTemplate& wanted, Proposal& proposal) {
  const auto found = input.seen.store.templates.find(wanted.name.str());
  if (found == input.seen.store.templates.end()) return;
  const RevisionPolicy policy{wanted.spec.deletion_policy, wanted.is_protected, wanted.prune_disabled};
  for (const auto& [id, revision] : found->second) {
    if (!revision.known() || policy_of(*revision) == policy) continue;
    const bool policy_changed = policy_of(*revision).deletion != policy.deletion;
    proposal.propose(Action{UpdateRevision{wanted.name, id, policy}},
                     policy_changed ? "the template's deletionPolicy changed" : "the template's annotations changed");
  }
}

}  // namespace

void diff_templates(const PlanInput& input, Proposal& proposal) {
  for (const auto& [name, wanted] : input.wanted.templates) {
    if (wanted.is_suspended) continue;
    if (wanted.fate == Fate::Hold) {
      proposal.block(template_object(name), BlockKind::Waiting, "AbsenceUnconfirmed", wanted.reason);
      continue;
    }
    if (wanted.hindrance) {
      proposal.block(template_object(name), kind_of(*wanted.hindrance), wanted.hindrance->reason, wanted.hindrance->message);
    }
    if (wanted.is_retained) continue;
    if (wanted.source_problem) {
      proposal.block(template_object(name), BlockKind::Waiting, wanted.source_problem->reason,
                     wanted.source_problem->message);
    }
    if (wanted.fate == Fate::Keep && !wanted.current && !wanted.source_problem) {
      const auto built = input.seen.store.templates.find(name.str());
      const bool first = built == input.seen.store.templates.end() || built->second.empty();
      proposal.propose(Action{ImportRevision{name, wanted.spec, wanted.inputs, wanted.sources}},
                       first ? wanted.reason : "the template or its source files changed");
    }
    if (wanted.fate == Fate::Keep) record_policy(input, wanted, proposal);
    collect_unused(input, wanted, proposal);
  }
}

}  // namespace cowherd
