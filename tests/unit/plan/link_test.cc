// SPDX-License-Identifier: Apache-2.0
#include "reconciler/plan/link.h"

#include <gtest/gtest.h>

#include "tests/builders/worlds.h"

namespace cowherd::testing {
namespace {

Step step(Action action) { return {std::move(action), "because", {}, false}; }

Action start(const std::string& name) { return {StartMachine{a_uid(name), a_name(name)}}; }
Action stop(const std::string& name) {
  return {StopMachine{a_uid(name), a_name(name), StopMode::Graceful, std::chrono::seconds{1}}};
}
Action activate(const std::string& name) { return {ActivateDisk{a_uid(name), a_name(name)}}; }
Action deactivate(const std::string& name) { return {DeactivateDisk{a_uid(name), a_name(name)}}; }
Action make_store(const std::string& name) { return {CreateDisk{a_uid(name), a_name(name)}}; }
Action remove(const std::string& name) { return {RemoveSandbox{a_uid(name), a_name(name), "base", a_digest("r")}}; }

std::vector<std::string> verbs(const std::vector<Step>& steps) {
  std::vector<std::string> verbs;
  for (const Step& one : steps) verbs.emplace_back(verb_of(one.action));
  return verbs;
}

using Verbs = std::vector<std::string>;

TEST(Link, WhatIsMadeComesBeforeWhoNeedsIt) {
  const Linked linked = link({step(start("web")), step(activate("web")), step(make_store("web"))});
  EXPECT_EQ(verbs(linked.steps), (Verbs{"create-disk", "activate-disk", "start-machine"}));
  EXPECT_EQ(linked.steps[2].after, (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(linked.cycles.empty());
}

TEST(Link, AnOverlayHasNoDeviceAndItsVmWaitsForTheStore) {
  const Linked made = link({step(start("web")), step(make_store("web"))});
  EXPECT_EQ(verbs(made.steps), (Verbs{"create-disk", "start-machine"}));
  EXPECT_EQ(made.steps[1].after, (std::vector<std::size_t>{0}));
  const Linked gone = link({step(remove("web")), step(stop("web"))});
  EXPECT_EQ(verbs(gone.steps), (Verbs{"stop-machine", "remove-sandbox"}));
  EXPECT_EQ(gone.steps[1].after, (std::vector<std::size_t>{0}));
}

TEST(Link, UsersLeaveBeforeTheDeviceGoes) {
  const Linked linked = link({step(remove("web")), step(deactivate("web")), step(stop("web"))});
  EXPECT_EQ(verbs(linked.steps), (Verbs{"stop-machine", "deactivate-disk", "remove-sandbox"}));
}

TEST(Link, AReplacedDeviceIsLeftByTheOldVmAndAwaitedByTheNew) {
  const Linked linked =
      link({step(start("web")), step(activate("web")), step(deactivate("web")), step(stop("web"))});
  EXPECT_EQ(verbs(linked.steps), (Verbs{"stop-machine", "deactivate-disk", "activate-disk", "start-machine"}));
  EXPECT_TRUE(linked.cycles.empty());
}

TEST(Link, TheOldSandboxGoesBeforeItsSuccessorComes) {
  SandboxIdentity successor;
  successor.name = a_name("web");
  successor.template_name = "base";
  const Linked linked = link({step({CreateSandbox{successor, a_digest("i")}}), step(make_store("web")),
                              step(remove("web")), step(stop("web")), step(deactivate("web"))});
  EXPECT_EQ(verbs(linked.steps),
            (Verbs{"stop-machine", "deactivate-disk", "remove-sandbox", "create-sandbox", "create-disk"}));
}

TEST(Link, ARevisionIsCollectedAfterItsLastUserIsRemoved) {
  const Linked linked = link({step({CollectRevision{a_name("base"), a_digest("r")}}), step(remove("web"))});
  EXPECT_EQ(verbs(linked.steps), (Verbs{"remove-sandbox", "collect-revision"}));
}

TEST(Link, UnrelatedObjectsHaveNoEdges) {
  const Linked linked = link({step(start("a")), step(start("b"))});
  EXPECT_TRUE(linked.steps[0].after.empty());
  EXPECT_TRUE(linked.steps[1].after.empty());
}

TEST(Without, WhatComesAfterADroppedStepIsDroppedToo) {
  const Linked linked = link({step(make_store("a")), step(activate("a")), step(start("a")), step(start("b"))});
  std::vector<bool> drop(linked.steps.size(), false);
  for (std::size_t i = 0; i < linked.steps.size(); ++i) {
    drop[i] = verb_of(linked.steps[i].action) == "create-disk";
  }
  const std::vector<Step> kept = without(linked.steps, drop);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(object_of(kept[0].action), "Sandbox/b");
}

}  // namespace
}  // namespace cowherd::testing
