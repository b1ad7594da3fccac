// SPDX-License-Identifier: Apache-2.0
// Snapshots that nothing declares any more, and policies that let them go.
#include "tests/convergence/scenario_parts.h"

namespace cowherd::testing {

namespace {

// Three snapshots of web, kept although their documents went.
void keep_three(ModelWorld& world) {
  declare_base(world);
  world.source.declare(a_sandbox("web").stopped().declared());
  for (const std::string name : {"s1", "s2", "s3"}) {
    world.source.declare(a_snapshot(name).of("web").label("team", "ml").retain().declared());
  }
  settle_now(world);
  for (const std::string name : {"s1", "s2", "s3"}) world.source.withdraw({Kind::Snapshot, a_name(name)});
  settle_now(world);
}

std::function<void(ModelWorld&)> declare_policy(const PolicyBuilder& policy) {
  return [policy](ModelWorld& world) { world.source.declare(policy.declared()); };
}

PolicyBuilder nightly() { return a_retention_policy("nightly").selecting("team", "ml"); }

}  // namespace

void add_retention_scenarios(const AddScenario& add) {
  add("retention-lets-two-go", keep_three, declare_policy(nightly().last(1)), {"web"});
  add("retention-for-free-space", keep_three,
      [](ModelWorld& world) {
        world.files.set_capacity(Bytes{10 * world.files.used().value});
        world.source.declare(nightly().last(-1).min_free_percent(99).declared());
      },
      {"web"});
  add("retention-policy-withdrawn",
      [](ModelWorld& world) {
        keep_three(world);
        world.source.declare(nightly().last(3).declared());
        world.source.declare(a_retention_policy("short").selecting("team", "ml").last(1).declared());
      },
      [](ModelWorld& world) { world.source.withdraw({Kind::RetentionPolicy, a_name("nightly")}); }, {"web"});
}

}  // namespace cowherd::testing
