// SPDX-License-Identifier: Apache-2.0
// Edges from what each action needs, makes and unmakes. Three rules:
//   1. a makes K, b needs K: a before b.
//   2. a needs K, b unmakes K: a before b (users leave first).
//   3. a unmakes K, b makes K: a before b (the old goes before the new comes).
// When K is both unmade and made, it is replaced: a step that unmakes something itself is a user of the old K and leaves
// before it goes (rule 2), every other user waits for the new one (rule 1).
#pragma once

#include <string>
#include <vector>

#include "reconciler/plan/plan.h"

namespace cowherd {

struct Linked {
  std::vector<Step> steps{};                      // topologically ordered, ties broken by object and proposal order
  std::vector<std::vector<std::string>> cycles{}; // described steps of components that had a cycle; not in steps
};

Linked link(std::vector<Step> steps);

// Removes the steps `drop` names and everything that comes after them; renumbers the edges.
std::vector<Step> without(std::vector<Step> steps, const std::vector<bool>& drop);

}  // namespace cowherd
