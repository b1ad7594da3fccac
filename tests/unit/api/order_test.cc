// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/order.h"

#include <gmock/gmock.h>

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

TEST(Order, IsReadAsItIsPrinted) {
  for (const Order& order : {Order(ApproveOrder{"delete", "Sandbox/web"}), Order(ApproveOrder{"prune", ""}),
                             Order(UndeleteOrder{"web"}), Order(SuspendOrder{"sbx/web", ""}),
                             Order(SuspendOrder{"sbx/web", "by hand"}), Order(UnsuspendOrder{"sbx/web"}), Order(LookOrder{}),
                             Order(SourceLookOrder{"fleet"}), Order(RollbackOrder{"", "a1b2c3d", ""}),
                             Order(RollbackOrder{"fleet", "a1b2c3d", "the last one lost a template"})}) {
    const auto read = parse_order(print_order(order));
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(order, *read);
  }
  EXPECT_EQ(R"({"order":"approve","verb":"delete","object":"Sandbox/web"})", print_order(ApproveOrder{"delete", "Sandbox/web"}));
}

TEST(Order, WhatIsNoneIsRefusedWithTheReason) {
  const auto why = [](const char* json) {
    const auto read = parse_order(json);
    EXPECT_FALSE(read) << json;
    return read ? std::string() : to_string(read.error());
  };
  EXPECT_THAT(why(""), HasSubstr("no order"));
  EXPECT_THAT(why("[]"), HasSubstr("not an object"));
  EXPECT_THAT(why("{}"), HasSubstr("approve, undelete, suspend, unsuspend, rollback or look"));
  EXPECT_THAT(why(R"({"order":7})"), HasSubstr("approve, undelete, suspend, unsuspend, rollback or look"));
  EXPECT_THAT(why(R"({"order":"approve"})"), HasSubstr("'verb'"));
  EXPECT_THAT(why(R"({"order":"approve","verb":"prune","object":4})"), HasSubstr("'object'"));
  EXPECT_THAT(why(R"({"order":"look","now":"yes"})"), HasSubstr("unknown member 'now'"));
  EXPECT_THAT(why(R"({"order":"look","source":1})"), HasSubstr("'source'"));
  EXPECT_THAT(why(R"({"order":"rollback","source":"fleet"})"), HasSubstr("'revision'"));
}

}  // namespace
}  // namespace cowherd::testing
