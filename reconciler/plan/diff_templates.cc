// SPDX-License-Identifier: Apache-2.0
// Templates: | declared | revision answers | -> |
//            | yes      | yes              | nothing; other revisions go when nothing uses them
//            | yes      | no               | import, unless a source file is missing
//            | vanished | -                | revisions go with their last user; in use: DeletionBlocked; Retain keeps them
// A revision stays while a sandbox or a snapshot stands on it, or something that may do so could not be read.
#include <set>

#include "reconciler/plan/sandbox_rules.h"
#include "resources/store/revision_users.h"

namespace cowherd {

namespace {

// Sandboxes and snapshots this very pass takes away release their revision before it is collected (link, rule 2).
bool all_sandboxes_leave(const Wanted& wanted, const std::string& template_name, const Digest& id) {
  for (const WantedSandbox& sandbox : wanted.sandboxes) {
    if (!sandbox.present || sandbox.present->template_name != template_name || sandbox.present->revision != id) {
      continue;
    }
    if (sandbox.fate != Fate::Remove) return false;
  }
  return true;
}

// Those that stay when the pass is done. Others' directories are only ever left alone.
std::vector<std::string> snapshots_that_stay(const PlanInput& input, const std::vector<std::string>& users) {
  std::vector<std::string> stay;
  for (const std::string& name : users) {
    const auto valid = ResourceName::make(name);
    const auto wanted = valid ? input.wanted.snapshots.find(*valid) : input.wanted.snapshots.end();
    const bool leaves = wanted != input.wanted.snapshots.end() && wanted->second.fate == Fate::Remove &&
                        users_to_come(input, *wanted->second.present).empty();
    if (!leaves) stay.push_back(name);
  }
  return stay;
}

// A new sandbox of this template may be about to be created from the revision.
bool is_about_to_be_used(const Wanted& wanted, const RevisionIdentity& revision) {
  for (const WantedSandbox& sandbox : wanted.sandboxes) {
    const bool same_template = sandbox.identity.template_name == revision.template_name.str();
    if (sandbox.fate != Fate::Create || !same_template) continue;
    if (sandbox.identity.restored ? sandbox.identity.revision == revision.id : sandbox.template_inputs == revision.inputs) {
      return true;
    }
  }
  return false;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 10; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > 10) text += " and " + std::to_string(names.size() - 10) + " more";
  return text;
}

void collect_unused(const PlanInput& input, const WantedTemplate& wanted, Proposal& proposal) {
  const auto found = input.seen.store.templates.find(wanted.name.str());
  if (found == input.seen.store.templates.end()) return;
  std::set<std::string> users_that_stay;
  for (const auto& [id, revision] : found->second) {
    if (!revision.known()) {
      if (revision.unknown()) {
        proposal.block(template_object(wanted.name), BlockKind::Unknown, "RevisionUnknown", to_string(revision.why()));
      }
      continue;
    }
    if (wanted.current && wanted.current->id == id) continue;
    if (is_about_to_be_used(input.wanted, *revision)) continue;
    // Without a current revision the newest one may still be what a missing source file stands for.
    if (wanted.fate == Fate::Keep && !wanted.current) continue;
    const RevisionUsers users = users_of_revision(input.seen.store, wanted.name.str(), id);
    const bool sandboxes_stay = !all_sandboxes_leave(input.wanted, wanted.name.str(), id);
    if (sandboxes_stay) users_that_stay.insert(users.sandboxes.begin(), users.sandboxes.end());
    const std::vector<std::string> snapshots = snapshots_that_stay(input, users.snapshots);
    for (const std::string& name : snapshots) users_that_stay.insert("snapshot " + name);
    if (sandboxes_stay || !snapshots.empty()) continue;
    if (const Status known = all_users_are_known(input.seen.store); !known) {
      proposal.notes.push_back("revision " + id.short12() + " of template '" + wanted.name.str() +
                               "' stays, since something might stand on it: " + to_string(known.error()));
      continue;
    }
    Step step{Action{CollectRevision{wanted.name, id}},
              wanted.fate == Fate::Remove ? "the template is no longer declared" : "nothing stands on it", {}, false};
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

// The identity of a revision carries the policy: when the document goes, nothing else tells it.
void record_policy(const PlanInput& input, const WantedTemplate& wanted, Proposal& proposal) {
  const auto found = input.seen.store.templates.find(wanted.name.str());
  if (found == input.seen.store.templates.end()) return;
  const bool retain = wanted.spec.deletion_policy == TemplateDeletionPolicy::Retain;
  for (const auto& [id, revision] : found->second) {
    if (!revision.known() || revision->retain == retain) continue;
    proposal.propose(Action{UpdateRevision{wanted.name, id, wanted.spec.deletion_policy}},
                     "the template's deletionPolicy changed");
  }
}

}  // namespace

void diff_templates(const PlanInput& input, Proposal& proposal) {
  for (const auto& [name, wanted] : input.wanted.templates) {
    if (wanted.fate == Fate::Hold) {
      proposal.block(template_object(name), BlockKind::Waiting, "AbsenceUnconfirmed", wanted.reason);
      continue;
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
