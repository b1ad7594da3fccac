// SPDX-License-Identifier: Apache-2.0
// The graph alone: what is reached stays, what is not goes in the end, whatever the history.
#include "reconciler/lineage/lineage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "reconciler/lineage/base_id.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

NodeId base(const std::string& name) { return {NodeKind::Revision, name}; }
NodeId sandbox(const std::string& name) { return {NodeKind::Sandbox, name}; }
NodeId snapshot(const std::string& name) { return {NodeKind::Snapshot, name}; }

struct Graph {
  Lineage lineage{};

  Graph& add(const NodeId& id, Going going, std::vector<std::string> roots = {}) {
    lineage.nodes[id] = {id.key, going, "", std::move(roots), {}, "", false};
    return *this;
  }
  Graph& stands(const NodeId& from, const NodeId& to, EdgeKind kind = EdgeKind::Data) {
    lineage.edges.push_back({from, to, kind, "backing file"});
    return *this;
  }
};

TEST(Lineage, ABaseGoesWithItsLastUser) {
  Graph graph;
  graph.add(base("b"), Going::WithLastUser).add(sandbox("web"), Going::OnItsOwn).stands(sandbox("web"), base("b"));
  EXPECT_THAT(collectable(graph.lineage), IsEmpty());
  EXPECT_THAT(chain_of(reachable(graph.lineage), base("b")), ElementsAre(base("b"), sandbox("web")));
  graph.lineage.nodes[sandbox("web")].going = Going::ThisPass;
  EXPECT_THAT(collectable(graph.lineage), ElementsAre(sandbox("web"), base("b")));
}

TEST(Lineage, ParentsGoInCascadeUsersFirst) {
  Graph graph;
  graph.add(base("grandparent"), Going::WithLastUser).add(base("parent"), Going::WithLastUser);
  graph.add(base("child"), Going::WithLastUser);
  graph.stands(base("child"), base("parent")).stands(base("parent"), base("grandparent"));
  EXPECT_THAT(collectable(graph.lineage), ElementsAre(base("child"), base("parent"), base("grandparent")));
}

TEST(Lineage, ANamedSnapshotEndsTheCascade) {
  Graph graph;
  graph.add(base("child"), Going::WithLastUser).add(snapshot("s"), Going::OnItsOwn).add(base("parent"), Going::WithLastUser);
  graph.stands(base("child"), snapshot("s")).stands(snapshot("s"), base("parent"));
  EXPECT_THAT(collectable(graph.lineage), ElementsAre(base("child")));
}

TEST(Lineage, WhatItWasMadeFromItNeedsNoMore) {
  Graph graph;
  graph.add(base("b"), Going::WithLastUser).add(sandbox("web"), Going::OnItsOwn).stands(sandbox("web"), base("b"), EdgeKind::Origin);
  EXPECT_THAT(collectable(graph.lineage), ElementsAre(base("b")));
}

TEST(Lineage, WhatLeavesStaysWhileSomethingStandsOnIt) {
  Graph graph;
  graph.add(snapshot("s"), Going::ThisPass).add(sandbox("web"), Going::OnItsOwn).stands(sandbox("web"), snapshot("s"));
  EXPECT_TRUE(reachable(graph.lineage).contains(snapshot("s")));
}

TEST(Lineage, AnIncompleteWalkCollectsNothing) {
  Graph graph;
  graph.add(base("b"), Going::WithLastUser);
  EXPECT_THAT(collectable(graph.lineage), ElementsAre(base("b")));
  graph.lineage.doubts.push_back(make_error(ErrorKind::Denied, "read it"));
  EXPECT_THAT(collectable(graph.lineage), IsEmpty());
}

TEST(Lineage, ACycleThatNothingKeepsGoesAndEnds) {
  Graph graph;
  graph.add(base("a"), Going::WithLastUser).add(base("b"), Going::WithLastUser);
  graph.stands(base("a"), base("b")).stands(base("b"), base("a"));
  EXPECT_EQ(collectable(graph.lineage).size(), 2u);
  EXPECT_THAT(chain_of(reachable(graph.lineage), base("a")), IsEmpty());
}

TEST(Lineage, AChainOfAHundredThousandIsWalked) {
  Graph graph;
  graph.add(sandbox("web"), Going::OnItsOwn).stands(sandbox("web"), base("0"));
  for (int i = 0; i < 100'000; ++i) {
    graph.add(base(std::to_string(i)), Going::WithLastUser).stands(base(std::to_string(i)), base(std::to_string(i + 1)));
  }
  graph.lineage.edges.pop_back();
  EXPECT_THAT(collectable(graph.lineage), IsEmpty());
  EXPECT_EQ(chain_of(reachable(graph.lineage), base("99999")).size(), 100'001u);
}

// The model: every thing with what it stands on; what people keep; and the rule, by looking again and again until nothing
// more goes, where the graph walks from the roots.
struct Model {
  std::map<NodeId, std::set<NodeId>> below{};
  std::set<NodeId> kept_by_people{};
  int made = 0;

  std::vector<NodeId> all() const {
    std::vector<NodeId> ids;
    for (const auto& [id, users] : below) ids.push_back(id);
    return ids;
  }
  bool has_users(const NodeId& id) const {
    return std::any_of(below.begin(), below.end(), [&](const auto& one) { return one.first != id && one.second.contains(id); });
  }
  Lineage lineage() const {
    Graph graph;
    for (const auto& [id, parents] : below) {
      graph.add(id, kept_by_people.contains(id) ? Going::OnItsOwn : Going::WithLastUser);
      for (const NodeId& parent : parents) graph.stands(id, parent);
    }
    return graph.lineage;
  }
};

void anything_happens(Model& model) {
  const std::vector<NodeId> ids = model.all();
  switch (*rc::gen::inRange(0, 5)) {
    case 0: model.below[base("b" + std::to_string(model.made++))]; return;
    case 1:
    case 2: {  // a clone, or a base on a base
      const bool is_sandbox = *rc::gen::arbitrary<bool>();
      const std::string name = std::to_string(model.made++);
      const NodeId id = is_sandbox ? sandbox(name) : base(name);
      model.below[id];
      if (!ids.empty()) model.below[id].insert(*rc::gen::elementOf(ids));
      if (is_sandbox) model.kept_by_people.insert(id);
      return;
    }
    case 3:
      if (!ids.empty()) model.kept_by_people.insert(*rc::gen::elementOf(ids));
      return;
    default:
      if (!ids.empty()) model.kept_by_people.erase(*rc::gen::elementOf(ids));
  }
}

TEST(LineageProperties, NothingReachedGoesAndEverythingElseDoes) {
  EXPECT_TRUE(rc::check("the graph agrees with collecting one leaf after the other", [] {
    Model model;
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
      anything_happens(model);
      if (*rc::gen::inRange(0, 3) != 0) continue;
      const std::vector<NodeId> going = collectable(model.lineage());
      for (const NodeId& id : going) {  // in the order given, no user is ever left without what it stands on
        RC_ASSERT(!model.kept_by_people.contains(id));
        RC_ASSERT(!model.has_users(id));
        model.below.erase(id);
      }
      for (const NodeId& id : model.all()) RC_ASSERT(model.kept_by_people.contains(id) || model.has_users(id));
      RC_ASSERT(collectable(model.lineage()).empty());
    }
  }));
}

TEST(BaseId, IsEightLettersAndDigitsAndAlwaysTheSame) {
  const Digest revision = *Digest::make(std::string(62, '0') + "ff");
  EXPECT_EQ(base_id_of(revision), "00000000");
  EXPECT_EQ(base_id_of(*Digest::make("000000000000003d" + std::string(48, '0'))), "0000000z");
  EXPECT_EQ(base_id_of(*Digest::make("ffffffffffffffff" + std::string(48, 'f'))), base_id_of(*Uid::make(std::string(32, 'f'))));
  EXPECT_TRUE(is_base_id(base_id_of(*Uid::make(std::string(32, 'a')))));
  EXPECT_FALSE(is_base_id("0000-000"));
  EXPECT_FALSE(is_base_id("0000000"));
}

}  // namespace
}  // namespace cowherd::testing
