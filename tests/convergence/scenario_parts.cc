// SPDX-License-Identifier: Apache-2.0
#include "tests/convergence/scenario_parts.h"

namespace cowherd::testing {

void declare_base(ModelWorld& world) { world.source.declare(a_template("base").declared()); }

void declare_two(ModelWorld& world) {
  declare_base(world);
  world.source.declare(a_sandbox("web").declared());
  world.source.declare(a_sandbox("worker").declared());
}

ObjectName sandbox(const std::string& name) { return {Kind::Sandbox, a_name(name)}; }

void settle_now(ModelWorld& world) {
  world.start_daemon();
  if (!world.settle()) throw std::runtime_error("did not settle");
}

void pause_one(ModelWorld& world) {
  declare_two(world);
  settle_now(world);
  for (const std::string name : {"web", "worker"}) write_guest_memory(world, name);
  world.source.declare(a_sandbox("web").paused().declared());
  settle_now(world);
}

void resume_one(ModelWorld& world) {
  pause_one(world);
  world.source.declare(a_sandbox("web").declared());
  settle_now(world);
  world.machines.write_memory(world.identity("web")->uid, 3, "written after the resume");
}

}  // namespace cowherd::testing
