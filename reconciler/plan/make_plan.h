// SPDX-License-Identifier: Apache-2.0
// (desired, observed, memory, now) -> plan. Pure: no clock, no I/O, no logging. The same code serves plan, apply and run.
#pragma once

#include <set>
#include <string>

#include "reconciler/desired/wanted.h"
#include "reconciler/lineage/build_lineage.h"
#include "reconciler/observed/observed.h"
#include "reconciler/plan/plan.h"
#include "reconciler/source/declaration.h"
#include "resources/catalog/catalog.h"

namespace cowherd {

struct Limits {
  int memory_budget_percent = 80;
  int min_free_percent = 5;
  int max_prune_count = 3;
  int max_prune_percent = 30;
  Span trash_grace = std::chrono::hours{24};
  Span freeze_budget = std::chrono::seconds{2};
  bool operator==(const Limits&) const = default;
};

struct PlanInput {
  const Declaration& declared;
  const Wanted& wanted;
  const Observed& seen;
  const CatalogMemory& memory;
  const LineageWalk& walk;                 // of what is seen and wanted
  const std::set<std::string>& in_flight;  // objects a step of which is being carried out
  Limits limits{};
  Moment now{};
};

Plan make_plan(const PlanInput& input);

// What a family's rules propose: steps without edges, and what they hold back.
struct Proposal {
  std::vector<Step> steps{};
  std::vector<Blocked> blocked{};
  std::vector<std::string> notes{};
  std::optional<Moment> next_look{};
  Agreement retention{};
  std::map<std::string, std::string> let_go{};  // snapshots that retention removes in this pass, and why

  void propose(Action action, std::string reason) { steps.push_back({std::move(action), std::move(reason), {}, false}); }
  void block(std::string object, BlockKind kind, std::string reason, std::string message) {
    blocked.push_back({std::move(object), kind, std::move(reason), std::move(message), std::nullopt});
  }
  void wake_at(Moment moment) {
    if (!next_look || moment < *next_look) next_look = moment;
  }
};

// One rule file per family.
void diff_templates(const PlanInput& input, Proposal& proposal);
void diff_sandboxes(const PlanInput& input, Proposal& proposal);
// Before the snapshots: which of them go by retention.
void diff_retention(const PlanInput& input, Proposal& proposal);
// After the sandboxes: what is captured waits until its sandbox stands as declared, and what is to be captured is not removed.
void diff_snapshots(const PlanInput& input, Proposal& proposal);
// Sandboxes and snapshots whose record cannot be read.
void diff_unreadable(const PlanInput& input, Proposal& proposal);
void diff_trash(const PlanInput& input, Proposal& proposal);

}  // namespace cowherd
