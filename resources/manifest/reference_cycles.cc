// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/reference_cycles.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <set>

namespace cowherd {

namespace {

// Sets of objects that reach each other: Tarjan, SIAM J. Comput. 1 (1972), with its own stack instead of recursion.
class Components {
 public:
  explicit Components(const ReferenceGraph& graph) : graph_(graph) {}

  std::vector<std::set<ObjectName>> find() {
    for (const auto& [name, targets] : graph_) {
      if (!marks_.contains(name)) walk_from(name);
    }
    return std::move(found_);
  }

 private:
  static constexpr std::size_t kDone = std::numeric_limits<std::size_t>::max();
  struct Mark {
    std::size_t index = 0;
    std::size_t low = 0;  // kDone: belongs to a finished set
  };
  struct Step {
    ObjectName at{};
    std::size_t next = 0;  // position among the targets
  };

  void enter(const ObjectName& name) {
    const std::size_t index = marks_.size();
    marks_[name] = {index, index};
    open_.push_back(name);
    path_.push_back({name, 0});
  }

  void walk_from(const ObjectName& start) {
    enter(start);
    while (!path_.empty()) {
      Step& step = path_.back();
      const std::vector<ObjectName>& targets = graph_.at(step.at);
      if (step.next == targets.size()) {
        leave();
        continue;
      }
      const ObjectName& target = targets[step.next++];
      if (!graph_.contains(target)) continue;
      const auto seen = marks_.find(target);
      if (seen == marks_.end()) {
        enter(target);  // invalidates step
      } else if (seen->second.low != kDone) {
        Mark& mine = marks_.at(step.at);
        mine.low = std::min(mine.low, seen->second.index);
      }
    }
  }

  void leave() {
    const ObjectName name = path_.back().at;
    path_.pop_back();
    const Mark mine = marks_.at(name);
    if (!path_.empty()) {
      Mark& user = marks_.at(path_.back().at);
      user.low = std::min(user.low, mine.low);
    }
    if (mine.low != mine.index) return;
    std::set<ObjectName> members;
    do {
      members.insert(open_.back());
      marks_.at(open_.back()).low = kDone;
      open_.pop_back();
    } while (!members.contains(name));
    found_.push_back(std::move(members));
  }

  const ReferenceGraph& graph_;
  std::map<ObjectName, Mark> marks_{};
  std::vector<ObjectName> open_{};
  std::vector<Step> path_{};
  std::vector<std::set<ObjectName>> found_{};
};

// The shortest way from the least member back to itself; empty when there is none.
std::vector<ObjectName> circle_in(const ReferenceGraph& graph, const std::set<ObjectName>& members) {
  const ObjectName& start = *members.begin();
  std::map<ObjectName, ObjectName> came_from;
  std::deque<ObjectName> ahead{start};
  while (!ahead.empty()) {
    const ObjectName here = ahead.front();
    ahead.pop_front();
    for (const ObjectName& next : graph.at(here)) {
      if (next == start) {
        std::vector<ObjectName> circle{here};
        while (circle.back() != start) circle.push_back(came_from.at(circle.back()));
        std::reverse(circle.begin(), circle.end());
        return circle;
      }
      if (members.contains(next) && came_from.emplace(next, here).second) ahead.push_back(next);
    }
  }
  return {};
}

}  // namespace

std::vector<std::vector<ObjectName>> reference_cycles(const ReferenceGraph& graph) {
  std::vector<std::vector<ObjectName>> cycles;
  for (const std::set<ObjectName>& members : Components(graph).find()) {
    std::vector<ObjectName> circle = circle_in(graph, members);
    if (!circle.empty()) cycles.push_back(std::move(circle));
  }
  std::sort(cycles.begin(), cycles.end());
  return cycles;
}

}  // namespace cowherd
