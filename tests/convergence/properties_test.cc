// SPDX-License-Identifier: Apache-2.0
// Random worlds and random histories: whatever was declared and whatever happened, the world settles, then nothing is
// left to do; and the order of events does not matter for where it ends.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <spdlog/spdlog.h>

#include "reconciler/plan/print.h"
#include "tests/convergence/scenarios.h"

namespace cowherd::testing {
namespace {

// As many as the prune cap lets go in one pass: beyond it, what is held depends on the order by design.
const std::vector<std::string> kNames{"a", "b", "c"};

std::string any_name() { return *rc::gen::elementOf(kNames); }

void declare_templates(ModelWorld& world) {
  world.files.put("/srv/other.ext4", std::string(8192, 'o'));
  world.source.declare(a_template("base").declared());
  world.source.declare(a_template("other").image("/srv/other.ext4").declared());
}

Declared any_sandbox(const std::string& name) {
  SandboxBuilder sandbox = a_sandbox(name);
  sandbox.memory(*rc::gen::element(128_MiB, 256_MiB, 512_MiB)).from(*rc::gen::element<std::string>("base", "other"));
  if (*rc::gen::arbitrary<bool>()) sandbox.recreate();
  if (*rc::gen::arbitrary<bool>()) sandbox.disk_size(*rc::gen::element(1_MiB, 2_MiB));
  if (*rc::gen::inRange(0, 4) == 0) sandbox.stopped();
  if (*rc::gen::inRange(0, 6) == 0) sandbox.retain();
  if (*rc::gen::inRange(0, 6) == 0) sandbox.ttl(std::chrono::hours{1}).on_expire(OnExpire::Delete);
  return sandbox.declared();
}

ObjectName sandbox_named(const std::string& name) { return {Kind::Sandbox, a_name(name)}; }

// One thing that people or the world do.
void anything_happens(ModelWorld& world) {
  const std::string name = any_name();
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
    case 1:
    case 2: world.source.declare(any_sandbox(name)); return;
    case 3: world.source.withdraw(sandbox_named(name)); return;
    case 4:
      if (world.vm_runs(name)) world.machines.guest_crashes(world.identity(name)->uid);
      return;
    case 5:
      if (world.vm_runs(name)) world.machines.guest_shuts_down(world.identity(name)->uid);
      return;
    case 6:
      world.kill_daemon();
      world.start_daemon();
      return;
    case 7:
      world.lose_power();
      world.start_daemon();
      return;
    default: world.clock.advance(std::chrono::minutes{*rc::gen::inRange(1, 90)}); return;
  }
}

// What the pass under way had time for before the next thing happens.
void some_time_passes(ModelWorld& world) {
  if (*rc::gen::arbitrary<bool>()) {
    RC_ASSERT(world.settle());
    return;
  }
  const int until = *rc::gen::inRange(1, 200);
  world.faults.arm(FaultMode::DieBefore, until);
  try {
    (void)world.settle();
    world.faults.disarm();
  } catch (const SimulatedDeath&) {
    world.faults.disarm();
    world.kill_daemon();
    world.start_daemon();
  }
}

DiskDriverKind any_driver() { return *rc::gen::element(DiskDriverKind::DmSnapshot, DiskDriverKind::Qcow2); }

class Properties : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }
};

TEST_F(Properties, AfterAnyHistoryTheWorldSettlesAndThenNothingIsLeftToDo) {
  EXPECT_TRUE(rc::check([] {
    ModelWorld world(any_driver());
    declare_templates(world);
    world.start_daemon();
    const int events = *rc::gen::inRange(1, 12);
    for (int i = 0; i < events; ++i) {
      anything_happens(world);
      some_time_passes(world);
    }
    RC_ASSERT(world.settle());
    RC_ASSERT(world.broken_laws() == std::vector<std::string>{});
    const std::string end = world.describe();
    RC_ASSERT(world.settle());
    if (!world.picture().plan.steps.empty()) RC_FAIL(print_plan(world.picture().plan));
    RC_ASSERT(world.describe() == end);
  }));
}

struct Change {
  std::string name{};
  std::optional<Declared> declared{};  // none: withdrawn
};

std::string end_after(DiskDriverKind driver, const std::vector<Declared>& before, const std::vector<Change>& changes,
                      bool settle_between) {
  ModelWorld world(driver);
  declare_templates(world);
  for (const Declared& declared : before) world.source.declare(declared);
  world.start_daemon();
  RC_ASSERT(world.settle());
  for (const Change& change : changes) {
    if (change.declared) {
      world.source.declare(*change.declared);
    } else {
      world.source.withdraw(sandbox_named(change.name));
    }
    if (settle_between) RC_ASSERT(world.settle());
  }
  RC_ASSERT(world.settle());
  return world.describe();
}

TEST_F(Properties, TheOrderOfEventsDoesNotMatter) {
  EXPECT_TRUE(rc::check([] {
    const DiskDriverKind driver = any_driver();
    std::vector<Declared> before;
    std::vector<Change> changes;
    for (const std::string& name : kNames) {
      if (*rc::gen::arbitrary<bool>()) before.push_back(any_sandbox(name));
      const bool declares = *rc::gen::arbitrary<bool>();
      changes.push_back({name, declares ? std::optional(any_sandbox(name)) : std::nullopt});
    }
    std::vector<Change> shuffled = changes;
    for (std::size_t i = shuffled.size(); i > 1; --i) {
      std::swap(shuffled[i - 1], shuffled[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    const std::string at_once = end_after(driver, before, changes, false);
    RC_ASSERT(end_after(driver, before, shuffled, false) == at_once);
    RC_ASSERT(end_after(driver, before, shuffled, true) == at_once);
  }));
}

}  // namespace
}  // namespace cowherd::testing
