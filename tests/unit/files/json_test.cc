// SPDX-License-Identifier: Apache-2.0
#include "resources/files/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace cowherd::testing {

namespace {

rc::Gen<Value> any_value(int depth) {
  // RapidCheck's strings are any bytes; JSON text is UTF-8, so ASCII keeps the round trip exact.
  const auto text = rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
  const auto leaf = rc::gen::oneOf(rc::gen::just(Value{}), rc::gen::map(rc::gen::arbitrary<bool>(), [](bool b) { return Value(b); }),
                                   rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return Value(n); }),
                                   rc::gen::map(text, [](std::string s) { return Value(std::move(s)); }));
  if (depth == 0) return leaf;
  const auto list = rc::gen::map(rc::gen::container<std::vector<Value>>(rc::gen::lazy([=] { return any_value(depth - 1); })),
                                 [](std::vector<Value> items) { return Value(Value::List(std::move(items))); });
  const auto map = rc::gen::map(
      rc::gen::container<std::map<std::string, Value>>(text, rc::gen::lazy([=] { return any_value(depth - 1); })),
      [](const std::map<std::string, Value>& members) {
        return Value(Value::Map(members.begin(), members.end()));
      });
  return rc::gen::oneOf(leaf, list, map);
}

std::string why(std::string_view text) {
  const auto parsed = parse_json(text);
  if (parsed) return "(parsed)";
  EXPECT_EQ(parsed.error().kind, ErrorKind::Invalid);
  return parsed.error().message;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

RC_GTEST_PROP(Json, WhatIsPrintedIsReadBack, ()) {
  const Value value = *any_value(2);
  for (const JsonStyle style : {JsonStyle::Compact, JsonStyle::Pretty}) {
    const auto back = parse_json(print_json(value, style));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == value);
  }
}

RC_GTEST_PROP(Json, AnyBytesAreReadOrRefused, (const std::string& bytes)) { (void)parse_json(bytes); }

TEST(Json, KeepsTheOrderOfMembers) {
  const auto value = parse_json(R"({"b":1,"a":{"z":true,"y":null}})");
  ASSERT_TRUE(value);
  EXPECT_EQ(print_json(*value, JsonStyle::Compact), R"({"b":1,"a":{"z":true,"y":null}})");
  EXPECT_EQ(print_canonical_json(*value), R"({"a":{"y":null,"z":true},"b":1})");
}

TEST(Json, PrettyEndsWithANewline) {
  Value value = Value::map();
  value.set("a", 1);
  EXPECT_EQ(print_json(value, JsonStyle::Pretty), "{\n  \"a\": 1\n}\n");
}

TEST(Json, RefusesWhatIsNotOneDocument) {
  for (const char* text : {"", " ", "{", "{}x", "{} {}", "{'a':1}", "{\"a\":1,}", "// c\n1", "[1,]", "nul", "\"\xff\"", "\"\\ud800\"",
                           "01", "+1", "NaN", "1e999"}) {
    EXPECT_NE(why(text), "(parsed)") << text;
  }
}

TEST(Json, SaysWhere) { EXPECT_THAT(why("{\n \"a\": }"), ::testing::HasSubstr("line 2")); }

TEST(Json, RefusesDuplicateKeys) {
  EXPECT_THAT(why(R"({"a":1,"b":{"a":2},"a":3})"), ::testing::HasSubstr("'a' stands twice"));
}

TEST(Json, NestsSixtyFourDeepAndNoDeeper) {
  EXPECT_EQ(why(nested(64)), "(parsed)");
  EXPECT_THAT(why(nested(65)), ::testing::HasSubstr("deeper"));
  EXPECT_THAT(why(nested(1'000'000)), ::testing::HasSubstr("deeper"));
}

TEST(Json, IntegersKeepAllTheirBits) {
  EXPECT_EQ(*parse_json("9223372036854775807")->as_integer(), INT64_MAX);
  EXPECT_EQ(*parse_json("-9223372036854775808")->as_integer(), INT64_MIN);
}

TEST(Json, OtherNumbersStayText) {
  EXPECT_EQ(*parse_json("18446744073709551615")->as_string(), "18446744073709551615");
  EXPECT_EQ(*parse_json("0.5")->as_string(), "0.5");
  EXPECT_EQ(*parse_json("1e300")->as_string(), "1e300");
  EXPECT_EQ(*parse_json("2.0")->as_integer(), 2);
  EXPECT_EQ(*parse_json("-0.0")->as_integer(), 0);
}

TEST(Json, AHugeObjectIsReadInTime) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  EXPECT_EQ(parse_json(text + "}")->as_map()->size(), 100'000u);
}

TEST(Json, TextThatIsNotUtf8IsPrintedAllTheSame) {
  EXPECT_TRUE(parse_json(print_json(Value("a\xff" "b"), JsonStyle::Compact)));
}

}  // namespace cowherd::testing
