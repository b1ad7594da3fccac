// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/mentioned_names.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

TEST(MentionedNames, AreFoundInEveryStyle) {
  const auto names = mentioned_names(
      "metadata: {name: flow}\nmetadata:\n  name:   block\n---\n{\"metadata\": {\"name\":\"json\"}}\n"
      "metadata: {'name' : 'quoted'}\nsandboxRef:\n  name:\n    below\nname: -bad\nrename: Big\nhostname: "
      "also");
  EXPECT_EQ(names, (std::set<std::string>{"flow", "block", "json", "quoted", "below", "also"}));
}

TEST(MentionedNames, EndWhereTheTextEnds) {
  EXPECT_TRUE(mentioned_names("name").empty());
  EXPECT_TRUE(mentioned_names("name:").empty());
  EXPECT_TRUE(mentioned_names("name: '").empty());
  EXPECT_TRUE(mentioned_names("name: " + std::string(64, 'a')).empty());
  EXPECT_EQ(mentioned_names("name: w").size(), 1u);
}

}  // namespace
}  // namespace cowherd::testing
