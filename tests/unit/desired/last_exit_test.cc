// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/last_exit.h"

#include <gtest/gtest.h>

#include "tests/builders/worlds.h"

namespace cowherd::testing {
namespace {

SandboxIdentity identity() {
  SandboxIdentity identity;
  identity.uid = a_uid("web");
  identity.generation = 3;
  return identity;
}

MachineExit crash(Moment at) { return {ExitReason::GuestReset, "", at}; }

TEST(LastExit, CountsShortRunsInARow) {
  const Moment t = noon();
  SandboxIdentity one = with_exit(identity(), crash(t), t - std::chrono::seconds{5});
  EXPECT_EQ(one.last_exit->failures, 1);
  const SandboxIdentity two = with_exit(one, crash(t + std::chrono::seconds{10}), t + std::chrono::seconds{5});
  EXPECT_EQ(two.last_exit->failures, 2);
}

TEST(LastExit, IsCountedOnceHoweverOftenItIsRecorded) {
  const SandboxIdentity once = with_exit(identity(), crash(noon()), noon());
  EXPECT_EQ(with_exit(once, crash(noon()), noon()), once);
}

TEST(LastExit, ALongRunEndsTheRow) {
  const SandboxIdentity one = with_exit(identity(), crash(noon()), noon());
  const SandboxIdentity two = with_exit(one, crash(noon() + std::chrono::hours{2}), noon() + std::chrono::hours{1});
  EXPECT_EQ(two.last_exit->failures, 1);
}

TEST(LastExit, AnEditEndsTheRow) {
  SandboxIdentity one = with_exit(identity(), crash(noon()), noon());
  one.generation = 4;
  const SandboxIdentity two = with_exit(one, crash(noon() + std::chrono::seconds{3}), noon());
  EXPECT_EQ(two.last_exit->failures, 1);
  EXPECT_EQ(two.last_exit->generation, 4);
}

TEST(LastExit, AStopWeAskedForIsNotRecorded) {
  EXPECT_EQ(with_exit(identity(), {ExitReason::Stopped, "", noon()}, noon()), identity());
}

}  // namespace
}  // namespace cowherd::testing
