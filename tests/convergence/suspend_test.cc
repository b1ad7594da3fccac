// SPDX-License-Identifier: Apache-2.0
// Days of a daemon while somebody works on an object by hand.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "resources/store/suspensions.h"
#include "tests/convergence/model_world.h"

namespace cowherd::testing {
namespace {

ObjectName sandbox(const std::string& name) { return {Kind::Sandbox, a_name(name)}; }

class Suspended : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  void SetUp() override {
    world_.source.declare(a_template("base").declared());
    for (const std::string name : {"web", "worker"}) world_.source.declare(a_sandbox(name).declared());
    world_.start_daemon();
    ASSERT_TRUE(world_.settle());
  }
  void suspend(const ObjectName& object) {
    ASSERT_TRUE(cowherd::suspend(world_.files, world_.layout, object, "being looked at", world_.clock.now()));
  }
  void unsuspend(const ObjectName& object) { ASSERT_TRUE(cowherd::unsuspend(world_.files, world_.layout, object)); }
  ObjectStatus status(const ObjectName& object) {
    for (const ObjectStatus& one : world_.statuses()) {
      if (one.name == object) return one;
    }
    return {};
  }
  // "True Running", or "-".
  std::string condition(const ObjectName& object, std::string_view type) {
    const ObjectStatus one = status(object);
    const Condition* found = condition_of(one, type);
    return found == nullptr ? "-" : found->status + " " + found->reason;
  }
  std::size_t requests() { return list_suspensions(world_.files, world_.layout)->size(); }

  ModelWorld world_{};
};

TEST_F(Suspended, AGuestGoesOnAndOneThatDiesStaysDead) {
  suspend(sandbox("web"));
  world_.source.declare(a_sandbox("web").memory(256_MiB).declared());
  world_.source.declare(a_sandbox("worker").memory(256_MiB).declared());
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(condition(sandbox("web"), "Ready"), "True Running");
  EXPECT_EQ(condition(sandbox("web"), "Suspended"), "True Requested");
  EXPECT_EQ(condition(sandbox("web"), "Stalled"), "True Suspended");
  EXPECT_LT(status(sandbox("web")).observed_generation, status(sandbox("web")).generation);
  EXPECT_EQ(world_.identity("web")->spec.memory, 128_MiB);
  EXPECT_EQ(world_.identity("worker")->spec.memory, 256_MiB);
  EXPECT_EQ(world_.standing(), Standing::Held);

  for (const std::string name : {"web", "worker"}) world_.machines.guest_crashes(world_.identity(name)->uid);
  world_.clock.advance(std::chrono::hours{1});
  ASSERT_TRUE(world_.settle());
  EXPECT_FALSE(world_.vm_runs("web"));
  EXPECT_TRUE(world_.vm_runs("worker"));
  EXPECT_EQ(condition(sandbox("web"), "Ready"), "False NotRunning");
}

TEST_F(Suspended, EverythingHeldBackIsDoneAfterwards) {
  suspend(sandbox("web"));
  world_.source.declare(a_sandbox("web").memory(256_MiB).declared());
  ASSERT_TRUE(world_.settle());
  world_.lose_power();
  world_.start_daemon();
  ASSERT_TRUE(world_.settle());
  EXPECT_FALSE(world_.vm_runs("web")) << "also after a reboot";
  EXPECT_TRUE(world_.vm_runs("worker"));
  unsuspend(sandbox("web"));
  ASSERT_TRUE(world_.settle());
  EXPECT_TRUE(world_.vm_runs("web"));
  EXPECT_EQ(world_.identity("web")->spec.memory, 256_MiB);
  EXPECT_EQ(condition(sandbox("web"), "Suspended"), "False NotSuspended");
  EXPECT_EQ(world_.standing(), Standing::Converged);
}

TEST_F(Suspended, WhatIsWithdrawnStaysUntilItIsNotSuspendedAnyMore) {
  suspend(sandbox("web"));
  world_.source.withdraw(sandbox("web"));
  ASSERT_TRUE(world_.settle());
  world_.clock.advance(std::chrono::hours{48});
  ASSERT_TRUE(world_.settle());
  EXPECT_TRUE(world_.vm_runs("web"));
  EXPECT_EQ(requests(), 1U);
  unsuspend(sandbox("web"));
  ASSERT_TRUE(world_.settle());
  EXPECT_FALSE(world_.identity("web").has_value());
}

TEST_F(Suspended, ARequestEndsWithItsObjectButNotInALookThatWasIncomplete) {
  suspend({Kind::RetentionPolicy, a_name("nightly")});
  world_.source.break_down("read directory: I/O error");
  world_.clock.advance(std::chrono::hours{1});
  world_.pass();
  EXPECT_EQ(requests(), 1U);
  world_.source.break_down("");
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(requests(), 0U);
  EXPECT_EQ(world_.standing(), Standing::Converged);
}

TEST_F(Suspended, NothingIsDoneToAnythingWhileItCannotBeToldWhatIsSuspended) {
  world_.source.declare(a_sandbox("web").memory(256_MiB).declared());
  world_.faults.refuse("list " + world_.layout.approvals(), ErrorKind::Failed);
  world_.pass();
  EXPECT_EQ(world_.identity("web")->spec.memory, 128_MiB);
  EXPECT_EQ(condition(sandbox("web"), "Ready"), "Unknown SuspensionsUnknown");
  EXPECT_EQ(condition(sandbox("worker"), "Ready"), "True Running");
  world_.faults.refuse("", std::nullopt);
  ASSERT_TRUE(world_.settle());
  EXPECT_EQ(world_.identity("web")->spec.memory, 256_MiB);
}

}  // namespace
}  // namespace cowherd::testing
