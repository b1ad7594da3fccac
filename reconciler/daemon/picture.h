// SPDX-License-Identifier: Apache-2.0
// Everything one pass knows: what is declared, what is there, what is wanted, what is remembered, what is to be done.
// Taking it changes nothing: `cowherd plan`, `get` and `describe` stop here.
#pragma once

#include <set>
#include <string>

#include "reconciler/daemon/pass_times.h"
#include "reconciler/desired/expand.h"
#include "reconciler/observed/observe.h"
#include "reconciler/plan/make_plan.h"
#include "reconciler/source/declaration.h"
#include "resources/catalog/catalog.h"

namespace cowherd {

struct Picture {
  Moment now{};
  Declaration declared{};
  Observed seen{};
  Wanted wanted{};
  LineageWalk walk{};
  CatalogMemory memory{};
  Plan plan{};
  std::set<std::string> in_flight{};
  PassTimes took{};
};

// What taking a picture needs. References: whoever made them outlives every pass.
struct World {
  Source& source;
  Eyes eyes;
  Catalog& catalog;
  FreshUid fresh_uid;
  Limits limits;
  Span prune_delay;
};

// A catalog that cannot be read is an empty memory and a note in the plan.
Picture take_picture(const World& world, const std::set<std::string>& in_flight);

}  // namespace cowherd
