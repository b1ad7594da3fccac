// SPDX-License-Identifier: Apache-2.0
// Trash comes back when somebody asks for it, else it goes for good after its grace time; what interrupted work left is
// removed when nothing is at work there, and so are approvals and suspensions of what is gone.
#include "reconciler/plan/coming_back.h"
#include "reconciler/plan/make_plan.h"
#include "resources/files/publish.h"

namespace cowherd {

namespace {

// The object in whose directory a leftover stands; in the roots themselves it is nobody's.
std::string owner_of(const std::string& path, const PlanInput& input) {
  const std::string directory = name_of(parent_of(path));
  const auto uid = Uid::make(directory);
  if (uid) {
    const auto sandbox = input.seen.store.sandboxes.find(*uid);
    if (sandbox != input.seen.store.sandboxes.end() && sandbox->second.known()) {
      return sandbox_object(sandbox->second->name);
    }
  }
  const auto name = ResourceName::make(directory);
  if (name && name_of(parent_of(parent_of(path))) == "templates") return template_object(*name);
  if (name && name_of(parent_of(parent_of(path))) == "snapshots") return snapshot_object(*name);
  return "";
}

// Only bases have others standing on them: an incomplete walk says nothing against the rest.
std::string why_it_stays(const PlanInput& input, const TrashEntry& entry) {
  const auto kept = input.walk.kept.find(trash_node(entry.name));
  if (kept != input.walk.kept.end() && kept->second.by) {
    return input.walk.lineage.nodes.at(*kept->second.by).label + " still stands on it, " + kept->second.reason;
  }
  const bool is_base = !entry.object.starts_with("Sandbox/");
  if (!is_base || input.walk.lineage.is_complete()) return "";
  return "something might stand on it: " + to_string(input.walk.lineage.doubts.front());
}

}  // namespace

void diff_trash(const PlanInput& input, Proposal& proposal) {
  const ComingBack coming = coming_back(input);
  for (const Undelete& step : coming.steps) proposal.propose(Action{step}, "asked for by `cowherd undelete`");
  proposal.notes.insert(proposal.notes.end(), coming.notes.begin(), coming.notes.end());
  for (const TrashEntry& entry : input.seen.store.trash) {
    if (coming.has(entry)) continue;
    const Moment due = entry.since + input.limits.trash_grace;
    if (due > input.now) {
      proposal.wake_at(due);
      continue;
    }
    if (const std::string why = why_it_stays(input, entry); !why.empty()) {
      proposal.notes.push_back("trash entry '" + entry.name + "' stays, since " + why);
      continue;
    }
    proposal.propose(Action{PurgeTrash{entry}},
                     "in trash since " + print_moment(entry.since) + ", longer than " +
                         print_span(input.limits.trash_grace));
  }
  for (const std::string& path : input.seen.store.leftovers) {
    const std::string owner = owner_of(path, input);
    if (owner.empty() && !input.in_flight.empty()) continue;
    proposal.propose(Action{RemoveLeftover{path, owner.empty() ? "Leftover/" + name_of(path) : owner}},
                     is_staging_name(name_of(path)) ? "interrupted work" : "nothing is left in it");
  }
  if (!input.seen.store.unreadable.empty()) return;
  for (const Approval& approval : input.seen.approvals) {
    if (is_about_nothing(approval, input.seen.store)) proposal.propose(Action{DropApproval{approval}}, "its object is gone");
  }
  for (const auto& [object, suspended] : input.wanted.suspended) {
    if (suspended.is_about_nothing) proposal.propose(Action{DropSuspension{*suspended.request}}, "it is neither declared nor on this host");
  }
}

}  // namespace cowherd
