// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/parse_value.h"

#include <gmock/gmock.h>

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

Value read(std::string_view text) {
  const auto value = parse_value(text, "test.yaml");
  if (!value) ADD_FAILURE() << to_string(value.error());
  return value.value_or(Value{});
}

std::string refusal(std::string_view text) {
  const auto value = parse_value(text, "test.yaml");
  EXPECT_FALSE(value.has_value()) << text;
  if (value) return "";
  EXPECT_EQ(value.error().kind, ErrorKind::Invalid);
  return value.error().message;
}

TEST(ParseValue, ScalarsAreTypedByTheCoreSchema) {
  EXPECT_EQ(read("[1, -2, true, False, text, 512Mi, yes, 'true', \"1\", ~]"),
            (Value::List{1, -2, true, false, "text", "512Mi", "yes", "true", "1", Value{}}));
}

TEST(ParseValue, MappingsKeepTheirOrder) {
  EXPECT_EQ(read("b: {y: 1, x: [2]}\na:\n- c: |\n   t\n"),
            (Value::Map{{"b", Value::Map{{"y", 1}, {"x", Value::List{2}}}},
                        {"a", Value::List{Value(Value::Map{{"c", "t\n"}})}}}));
}

TEST(ParseValue, OneDocumentIsNeeded) {
  EXPECT_THAT(refusal(""), HasSubstr("no document"));
  EXPECT_THAT(refusal("# nothing\n---\n"), HasSubstr("no document"));
  EXPECT_THAT(refusal("a: 1\n---\nb: 2\n"), HasSubstr("test.yaml:3:1"));
  EXPECT_EQ(read("---\na: 1\n---\n# nothing\n"), (Value::Map{{"a", 1}}));
}

TEST(ParseValue, WhatManifestsMayNotHoldIsRefusedHereToo) {
  EXPECT_THAT(refusal("a: 1\na: 2\n"), HasSubstr("E115"));
  EXPECT_THAT(refusal("a: &x 1\n"), HasSubstr("E111"));
  EXPECT_THAT(refusal("a: !t 1\n"), HasSubstr("E113"));
  EXPECT_THAT(refusal("1: a\n"), HasSubstr("E114"));
  EXPECT_THAT(refusal("a: 1.5\n"), HasSubstr("E208"));
  EXPECT_THAT(refusal("a: 0x10\n"), HasSubstr("E208"));
  EXPECT_THAT(refusal(","), HasSubstr("E108"));
  EXPECT_THAT(refusal("a: \xff\n"), HasSubstr("E102"));
  EXPECT_THAT(refusal(std::string((1 << 20) + 1, '#')), HasSubstr("E101"));
  EXPECT_THAT(refusal(std::string(100, '[') + std::string(100, ']')), HasSubstr("E110"));
}

}  // namespace
}  // namespace cowherd::testing
