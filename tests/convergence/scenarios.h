// SPDX-License-Identifier: Apache-2.0
// What can happen to a host: how it was, and what a person or the world then does. The suites run each of them whole, and
// broken at every host call.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/convergence/model_world.h"

namespace cowherd::testing {

// A sandbox that began as another one was when it was captured.
struct Clone {
  std::string name{};
  std::string of{};
  bool memory = false;  // with its memory, too
};

struct Scenario {
  std::string name{};
  DiskDriverKind driver = DiskDriverKind::DmSnapshot;
  std::function<void(ModelWorld&)> before{};  // declared, then settled
  std::function<void(ModelWorld&)> event{};   // what the suite then lets happen
  std::vector<std::string> data_of{};         // sandboxes whose guest data must be the same afterwards
  std::vector<std::string> memory_of{};       // those whose guest's memory must be, unless power was lost
  std::vector<std::string> writes_of{};       // those whose guest's refused write must have been done, unless power was lost
  std::vector<Clone> clones{};                // sandboxes that must have the data of others afterwards
};

std::vector<Scenario> scenarios();
inline void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

// What a guest wrote: stands in the store of each sandbox and is looked for afterwards.
void write_guest_data(ModelWorld& world, const std::string& sandbox);
bool guest_data_is_there(ModelWorld& world, const std::string& sandbox);
bool clone_is_as_captured(ModelWorld& world, const Clone& clone);
// The same in the memory of a guest that runs; one that is paused is resumed to ask it.
void write_guest_memory(ModelWorld& world, const std::string& sandbox);
// What the guest of a scenario's writes_of wrote, and its disk did not take at first.
bool refused_write_is_there(ModelWorld& world, const std::string& sandbox);
bool guest_memory_is_there(ModelWorld& world, const std::string& sandbox);

}  // namespace cowherd::testing
