// SPDX-License-Identifier: Apache-2.0
// What scenarios begin with, and how they are added. Internal to the scenarios.
#pragma once

#include "tests/convergence/scenarios.h"

namespace cowherd::testing {

void declare_base(ModelWorld& world);
void declare_two(ModelWorld& world);  // web and worker
ObjectName sandbox(const std::string& name);
// The daemon starts and has done all there is to do.
void settle_now(ModelWorld& world);
// Two guests that ran, of which web was paused then.
void pause_one(ModelWorld& world);
// As before, and let go on again, with another page written since.
void resume_one(ModelWorld& world);

struct AddScenario {
  std::vector<Scenario>& to;
  DiskDriverKind driver;
  std::string suffix{};

  void operator()(const std::string& name, std::function<void(ModelWorld&)> before, std::function<void(ModelWorld&)> event,
                  std::vector<std::string> data_of, std::vector<std::string> memory_of = {},
                  std::vector<std::string> writes_of = {}, std::vector<Clone> clones = {}) const {
    to.push_back({name + suffix, driver, std::move(before), std::move(event), std::move(data_of), std::move(memory_of),
                  std::move(writes_of), std::move(clones)});
  }
};

void add_snapshot_scenarios(const AddScenario& add);
void add_retention_scenarios(const AddScenario& add);
void add_policy_scenarios(const AddScenario& add);
void add_suspend_scenarios(const AddScenario& add);

}  // namespace cowherd::testing
