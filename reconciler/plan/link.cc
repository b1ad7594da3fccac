// SPDX-License-Identifier: Apache-2.0
#include "reconciler/plan/link.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>

namespace cowherd {

namespace {

struct Touchers {
  std::vector<std::size_t> makers{};
  std::vector<std::size_t> users{};
  std::vector<std::size_t> unmakers{};
};

using Edges = std::vector<std::set<std::size_t>>;  // for each step the steps before it

std::map<Key, Touchers> touchers_of(const std::vector<Step>& steps) {
  std::map<Key, Touchers> touchers;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const Key& key : makes_of(steps[i].action)) touchers[key].makers.push_back(i);
    for (const Key& key : needs_of(steps[i].action)) touchers[key].users.push_back(i);
    for (const Key& key : unmakes_of(steps[i].action)) touchers[key].unmakers.push_back(i);
  }
  return touchers;
}

void add_edge(Edges& before, std::size_t first, std::size_t second) {
  if (first != second) before[second].insert(first);
}

void add_edges_of(const Touchers& key, const std::vector<Step>& steps, Edges& before) {
  const bool is_replaced = !key.makers.empty() && !key.unmakers.empty();
  for (const std::size_t user : key.users) {
    const bool leaves = !unmakes_of(steps[user].action).empty();
    if (!is_replaced || !leaves) {
      for (const std::size_t maker : key.makers) add_edge(before, maker, user);
    }
    if (!is_replaced || leaves) {
      for (const std::size_t unmaker : key.unmakers) add_edge(before, user, unmaker);
    }
  }
  for (const std::size_t unmaker : key.unmakers) {
    for (const std::size_t maker : key.makers) add_edge(before, unmaker, maker);
  }
}

std::vector<std::size_t> topological_order(const Edges& before) {
  std::vector<std::size_t> waiting_for(before.size());
  std::vector<std::vector<std::size_t>> after(before.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < before.size(); ++i) {
    waiting_for[i] = before[i].size();
    if (waiting_for[i] == 0) ready.push(i);
    for (const std::size_t first : before[i]) after[first].push_back(i);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t step = ready.top();
    ready.pop();
    order.push_back(step);
    for (const std::size_t next : after[step]) {
      if (--waiting_for[next] == 0) ready.push(next);
    }
  }
  return order;
}

}  // namespace

Linked link(std::vector<Step> steps) {
  Edges before(steps.size());
  for (const auto& [key, touchers] : touchers_of(steps)) add_edges_of(touchers, steps, before);
  const std::vector<std::size_t> order = topological_order(before);

  Linked linked;
  std::map<std::size_t, std::size_t> position;
  for (const std::size_t old : order) {
    Step step = std::move(steps[old]);
    for (const std::size_t first : before[old]) step.after.push_back(position.at(first));
    std::sort(step.after.begin(), step.after.end());
    position[old] = linked.steps.size();
    linked.steps.push_back(std::move(step));
  }
  std::vector<std::string> cycle;  // what no order reaches: the cycles and all that waits for them
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!position.contains(i)) cycle.push_back(describe(steps[i].action));
  }
  if (!cycle.empty()) linked.cycles.push_back(std::move(cycle));
  return linked;
}

std::vector<Step> without(std::vector<Step> steps, const std::vector<bool>& drop) {
  std::vector<bool> gone = drop;
  std::vector<std::size_t> position(steps.size());
  std::vector<Step> kept;
  for (std::size_t i = 0; i < steps.size(); ++i) {  // edges point backwards, so one pass spreads the loss
    for (const std::size_t first : steps[i].after) gone[i] = gone[i] || gone[first];
    if (gone[i]) continue;
    position[i] = kept.size();
    Step step = std::move(steps[i]);
    for (std::size_t& first : step.after) first = position[first];
    kept.push_back(std::move(step));
  }
  return kept;
}

}  // namespace cowherd
