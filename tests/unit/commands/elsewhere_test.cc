// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/elsewhere.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

const ObjectName kWeb{Kind::Sandbox, *ResourceName::make("web")};

Declaration placed(LabelSelector selector) {
  SandboxSpec spec;
  spec.node_selector = std::move(selector);
  Declaration declared;
  declared.elsewhere[kWeb] = {{{kWeb.name, {}, {}}, Spec{spec}}, {"fleet:a.yaml", 3, 1, 1}, "fleet"};
  return declared;
}

TEST(Elsewhere, SaysWhereAndWhatThisHostHasInstead) {
  EXPECT_EQ(told_elsewhere(placed({{"environment", "production"}, {"gpu", "yes"}, {"rack", "a"}}), kWeb,
                           {{"environment", "staging"}, {"rack", "a"}}),
            "Sandbox/web is declared at fleet:a.yaml:3:1 for hosts with environment=production, gpu=yes, rack=a\n"
            "  this host has environment=staging\n"
            "  this host has no gpu\n"
            "  all labels of this host: environment=staging, rack=a\n");
}

TEST(Elsewhere, SaysNothingOfOthers) {
  EXPECT_EQ(told_elsewhere(placed({{"gpu", "yes"}}), {Kind::Snapshot, kWeb.name}, {}), "");
  EXPECT_EQ(count_elsewhere({}), "");
}

TEST(Elsewhere, CountsThem) {
  Declaration declared = placed({{"gpu", "yes"}});
  EXPECT_EQ(count_elsewhere(declared), "1 object is placed on other hosts.\n");
  declared.elsewhere[{Kind::Snapshot, kWeb.name}] = {};
  EXPECT_EQ(count_elsewhere(declared), "2 objects are placed on other hosts.\n");
}

}  // namespace
}  // namespace cowherd::testing
