// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/placement.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

TEST(Placement, EveryLabelOfTheSelectorMustBeThereAndEqual) {
  const LabelSelector host{{"environment", "production"}, {"rack", "a"}};
  EXPECT_TRUE(matches({}, host));
  EXPECT_TRUE(matches({{"rack", "a"}}, host));
  EXPECT_TRUE(matches(host, host));
  EXPECT_FALSE(matches({{"rack", "b"}}, host));
  EXPECT_FALSE(matches({{"rack", "a"}, {"gpu", ""}}, host));
  EXPECT_FALSE(matches({{"rack", "a"}}, {}));
}

TEST(Placement, AHostHasItsNameAndItsArchitectureWithoutBeingTold) {
  EXPECT_EQ(with_builtin_labels({{"rack", "a"}}, "Node-1.Example.com", "x86_64"),
            (LabelSelector{{"rack", "a"}, {"kubernetes.io/hostname", "node-1.example.com"}, {"kubernetes.io/arch", "amd64"}}));
  EXPECT_EQ(with_builtin_labels({}, "n", "aarch64").at("kubernetes.io/arch"), "arm64");
  EXPECT_EQ(with_builtin_labels({}, "n", "riscv64").at("kubernetes.io/arch"), "riscv64");
}

TEST(Placement, WhatIsConfiguredCountsInsteadOfWhatIsBuiltIn) {
  EXPECT_EQ(with_builtin_labels({{"kubernetes.io/hostname", "blue"}}, "n", "x86_64").at("kubernetes.io/hostname"), "blue");
}

TEST(Placement, ANameThatIsNoLabelValueIsLeftOut) {
  for (const std::string& name : {std::string(), std::string("(none)"), std::string(64, 'a')}) {
    EXPECT_EQ(with_builtin_labels({}, name, "x86_64"), (LabelSelector{{"kubernetes.io/arch", "amd64"}})) << name;
  }
}

TEST(Placement, EveryKindHasOneAndAnEditOfItIsLive) {
  for (const Spec& plain : {Spec{TemplateSpec{}}, Spec{SandboxSpec{}}, Spec{SnapshotSpec{}}, Spec{RetentionPolicySpec{}}}) {
    Spec placed = plain;
    std::visit([](auto& what) { what.node_selector = {{"rack", "a"}}; }, placed.what);
    EXPECT_EQ(placement_of(placed), (LabelSelector{{"rack", "a"}}));
    EXPECT_EQ(*to_value(placed).find_path("placement.nodeSelector"), Value(Value::Map{{"rack", "a"}}));
    EXPECT_EQ(to_value(plain).find("placement"), nullptr);
    EXPECT_NE(spec_hash(placed), spec_hash(plain));
    ASSERT_EQ(changes(plain, placed).size(), 1u);
    EXPECT_EQ(changes(plain, placed)[0].change, ChangeClass::Live);
  }
}

}  // namespace
}  // namespace cowherd::testing
