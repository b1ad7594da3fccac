// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/journal_fields.h"

#include <gmock/gmock.h>

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(JournalFields, AreThePairsThatALineBeginsWith) {
  EXPECT_THAT(journal_fields("object=Sandbox/web step=start-machine took=12ms"),
              ElementsAre(Pair("COWHERD_OBJECT", "Sandbox/web"), Pair("COWHERD_STEP", "start-machine"), Pair("COWHERD_TOOK", "12ms")));
  EXPECT_THAT(journal_fields("object=Sandbox/web event lost: x=y"), ElementsAre(Pair("COWHERD_OBJECT", "Sandbox/web")));
  EXPECT_THAT(journal_fields("stopped; guests go on"), IsEmpty());
  EXPECT_THAT(journal_fields(""), IsEmpty());
}

TEST(JournalFields, AQuotedValueIsOneOfJson) {
  EXPECT_THAT(journal_fields(R"(error="a \"b\" c\\" plan=7)"),
              ElementsAre(Pair("COWHERD_ERROR", "a \"b\" c\\"), Pair("COWHERD_PLAN", "7")));
  EXPECT_THAT(journal_fields(R"(object=x reason="two\nlines" plan=1)"),
              ElementsAre(Pair("COWHERD_OBJECT", "x"), Pair("COWHERD_REASON", "two\nlines"), Pair("COWHERD_PLAN", "1")));
}

TEST(JournalFields, WhatIsNoPairEndsThem) {
  EXPECT_THAT(journal_fields(R"(object=x reason="never ends)"), ElementsAre(Pair("COWHERD_OBJECT", "x")));
  EXPECT_THAT(journal_fields("Object=x"), IsEmpty());
  EXPECT_THAT(journal_fields("=x"), IsEmpty());
  EXPECT_THAT(journal_fields("object= step=y"), ElementsAre(Pair("COWHERD_OBJECT", ""), Pair("COWHERD_STEP", "y")));
}

}  // namespace
}  // namespace cowherd::testing
