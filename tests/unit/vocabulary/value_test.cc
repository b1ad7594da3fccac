// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cowherd::testing {

TEST(Values, AMappingKeepsTheOrderOfItsKeys) {
  Value value;
  value.set("b", 1).set("a", "x").set("b", 2);
  ASSERT_EQ(value.as_map()->size(), 2u);
  EXPECT_EQ(value.as_map()->front().first, "b");
  EXPECT_EQ(*value.find("b")->as_integer(), 2);
}

TEST(Values, AStringLiteralIsText) {
  EXPECT_NE(Value("true").as_string(), nullptr);
  EXPECT_EQ(Value("true").as_bool(), nullptr);
  EXPECT_NE(Value(true).as_bool(), nullptr);
}

TEST(Values, PathsReachIntoMappings) {
  Value value;
  value.set_path("resources.memory", "512Mi");
  value.set_path("resources.disk.size", "1Gi");
  EXPECT_EQ(*value.find_path("resources.memory")->as_string(), "512Mi");
  EXPECT_EQ(*value.find_path("resources.disk.size")->as_string(), "1Gi");
  EXPECT_EQ(value.find_path("resources.cpus"), nullptr);
  EXPECT_EQ(value.find_path("resources.memory.deeper"), nullptr);
}

TEST(Values, OtherKindsHaveNoMembers) {
  EXPECT_EQ(Value(1).find("a"), nullptr);
  EXPECT_EQ(Value().find_path("a.b"), nullptr);
}

TEST(Values, ListsGrowAtTheEnd) {
  Value list;
  list.add(1).add("x");
  EXPECT_EQ(*list.as_list(), (Value::List{Value(1), Value("x")}));
}

TEST(Values, MissingOrMistypedMembersAreCorrupt) {
  Value value;
  value.set("n", 1);
  EXPECT_EQ(*integer_at(value, "n"), 1);
  EXPECT_EQ(string_at(value, "n").error().kind, ErrorKind::Corrupt);
  EXPECT_THAT(integer_at(value, "m").error().message, ::testing::HasSubstr("'m'"));
}

}  // namespace cowherd::testing
