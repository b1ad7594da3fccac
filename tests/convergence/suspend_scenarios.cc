// SPDX-License-Identifier: Apache-2.0
// Objects that somebody suspended: they stay as they are, others go on, and what was held back is done afterwards.
#include "resources/store/suspensions.h"
#include "tests/convergence/scenario_parts.h"

namespace cowherd::testing {

namespace {

void suspend_now(ModelWorld& world, const ObjectName& object) {
  world.faults.disarm();
  if (!suspend(world.files, world.layout, object, "", world.clock.now())) throw std::runtime_error("cannot suspend " + to_string(object));
}

void unsuspend_now(ModelWorld& world, const ObjectName& object) {
  world.faults.disarm();
  if (!unsuspend(world.files, world.layout, object)) throw std::runtime_error("cannot unsuspend " + to_string(object));
}

// web is stopped: a guest that runs would not come back after a power loss while it is suspended.
void begin(ModelWorld& world) {
  declare_two(world);
  world.source.declare(a_sandbox("web").stopped().declared());
  world.source.declare(a_snapshot("s1").of("web").declared());
  settle_now(world);
}

void edit_all(ModelWorld& world) {
  world.source.declare(a_template("base").arg("quiet").declared());
  for (const std::string name : {"web", "worker"}) world.source.declare(a_sandbox(name).memory(256_MiB).declared());
}

}  // namespace

void add_suspend_scenarios(const AddScenario& add) {
  const ObjectName base{Kind::Template, a_name("base")};
  const ObjectName s1{Kind::Snapshot, a_name("s1")};
  const std::vector<std::string> both{"web", "worker"};
  add("suspended-and-edited", begin,
      [=](ModelWorld& world) {
        suspend_now(world, sandbox("web"));
        suspend_now(world, base);
        edit_all(world);
      },
      both);
  add("suspended-and-withdrawn", begin,
      [=](ModelWorld& world) {
        for (const ObjectName& object : {sandbox("web"), s1, base}) {
          suspend_now(world, object);
          world.source.withdraw(object);
        }
        world.source.declare(a_template("other").image("/srv/other.ext4").declared());
        world.source.declare(a_sandbox("worker").from("other").recreate().without_snapshot().declared());
      },
      {"web"});
  add("suspended-and-unsuspended",
      [=](ModelWorld& world) {
        begin(world);
        suspend_now(world, sandbox("web"));
        suspend_now(world, base);
        edit_all(world);
        settle_now(world);
      },
      [=](ModelWorld& world) {
        unsuspend_now(world, sandbox("web"));
        unsuspend_now(world, base);
      },
      both);
  add("suspension-of-what-is-gone", begin,
      [](ModelWorld& world) {
        suspend_now(world, sandbox("third"));
        suspend_now(world, {Kind::RetentionPolicy, a_name("nightly")});
        world.source.withdraw(sandbox("web"));
      },
      {"worker"}, {"worker"});
}

}  // namespace cowherd::testing
