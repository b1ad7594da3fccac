// SPDX-License-Identifier: Apache-2.0
// A plan is a value: steps with reasons and edges, and what is not done and why. The same value is printed, put in
// golden files and carried out.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reconciler/actions/action.h"
#include "reconciler/retention/agree.h"

namespace cowherd {

struct Step {
  Action action{};
  std::string reason{};
  std::vector<std::size_t> after{};  // indices of the steps that have to be done first, ascending
  bool is_prune = false;             // removes a whole object because its document vanished
  bool operator==(const Step&) const = default;
};

// What a blocked object waits for.
enum class BlockKind {
  Waiting,   // for something that is on its way or for the world
  Unknown,   // a look failed
  Guard,     // a guard holds it back
  Approval,  // somebody has to approve
  Backoff,   // failed before; tried again at `until`
};
std::string_view to_string(BlockKind kind);

struct Blocked {
  std::string object{};
  BlockKind kind = BlockKind::Waiting;
  std::string reason{};   // CamelCase, becomes the condition's reason
  std::string message{};  // for people, with what to do
  std::optional<Moment> until{};
  bool operator==(const Blocked&) const = default;
};

struct Plan {
  std::vector<Step> steps{};      // in an order that respects the edges, deterministic
  std::vector<Blocked> blocked{};
  std::vector<std::string> notes{};
  std::map<std::string, std::string> generations{};  // by object: the spec hash that failures of its steps belong to
  Agreement retention{};              // what the policies decide, and why
  std::optional<Moment> next_look{};  // when time alone changes what there is to do
  bool operator==(const Plan&) const = default;
};

}  // namespace cowherd
