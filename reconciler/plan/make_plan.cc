// SPDX-License-Identifier: Apache-2.0
#include "reconciler/plan/make_plan.h"

#include "reconciler/plan/guard.h"
#include "reconciler/plan/link.h"
#include "reconciler/plan/sandbox_rules.h"

namespace cowherd {

std::string_view to_string(BlockKind kind) {
  switch (kind) {
    case BlockKind::Waiting: return "waiting";
    case BlockKind::Unknown: return "unknown";
    case BlockKind::Guard: return "held";
    case BlockKind::Approval: return "approval";
    case BlockKind::Backoff: return "backoff";
  }
  return "waiting";
}

BlockKind kind_of(const Hindrance& hindrance) {
  if (hindrance.is_unknown) return BlockKind::Unknown;
  return hindrance.is_guard ? BlockKind::Guard : BlockKind::Waiting;
}

Plan make_plan(const PlanInput& input) {
  Proposal proposal;
  diff_templates(input, proposal);
  diff_sandboxes(input, proposal);
  diff_retention(input, proposal);
  diff_snapshots(input, proposal);
  diff_unreadable(input, proposal);
  diff_trash(input, proposal);

  Linked linked = link(std::move(proposal.steps));
  Plan plan;
  plan.steps = std::move(linked.steps);
  plan.blocked = std::move(proposal.blocked);
  plan.notes = std::move(proposal.notes);
  plan.retention = std::move(proposal.retention);
  plan.next_look = proposal.next_look;
  for (const auto& [name, wanted] : input.wanted.templates) {
    plan.generations.emplace(template_object(name), wanted.spec_hash.str());
  }
  for (const WantedSandbox& wanted : input.wanted.sandboxes) {
    plan.generations.insert_or_assign(sandbox_object(wanted.identity.name), wanted.identity.spec_hash.str());
  }
  for (const auto& [name, wanted] : input.wanted.snapshots) {
    plan.generations.emplace(snapshot_object(name), wanted.identity.spec_hash.str());
  }
  for (const std::vector<std::string>& cycle : linked.cycles) {
    std::string text = "these steps wait for each other and are not carried out:";
    for (const std::string& step : cycle) text += " [" + step + "]";
    plan.notes.push_back(std::move(text));
  }
  if (!input.declared.complete && !input.declared.settling) {
    plan.notes.push_back("the manifests could not be read completely: " + input.declared.problem +
                         "; what was in force stays in force");
  }
  for (std::string& orphan : orphans(input.seen)) {
    plan.notes.push_back("orphan: " + std::move(orphan) + "; it is reported and left alone");
  }
  return guard(input, std::move(plan));
}

}  // namespace cowherd
