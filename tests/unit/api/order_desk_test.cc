// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/order_desk.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

class Desk : public ::testing::Test {
 protected:
  int woken = 0;
  OrderDesk desk{[this] { ++woken; }, 2};
  OrderTicket hand_in(Span at = Span{}) { return desk.hand_in(LookOrder{}, {7, {}}, Moment{at}).value_or(0); }
};

TEST_F(Desk, AnOrderLiesUntilItsAnswerIsFetched) {
  const OrderTicket ticket = hand_in(Span{5});
  EXPECT_EQ(1, woken);
  EXPECT_FALSE(desk.fetch_answer(ticket));
  auto waiting = desk.after_look();
  ASSERT_EQ(1u, waiting.size());
  EXPECT_EQ((std::tuple{ticket, uid_t{7}, Moment{Span{5}}, 1}),
            (std::tuple{waiting[0].ticket, waiting[0].peer.uid, waiting[0].since, waiting[0].looks}));
  EXPECT_EQ(2, desk.after_look().front().looks);
  desk.answer(ticket, failure_answer(409, "no"));
  EXPECT_TRUE(desk.after_look().empty());
  EXPECT_EQ(409, desk.fetch_answer(ticket)->code);
  EXPECT_FALSE(desk.fetch_answer(ticket));
}

TEST_F(Desk, HoldsOnlySoMany) {
  const OrderTicket first = hand_in();
  EXPECT_NE(0u, hand_in());
  EXPECT_EQ(0u, hand_in());
  EXPECT_EQ(2, woken);
  desk.withdraw(first);
  EXPECT_NE(0u, hand_in());
  desk.answer(first, failure_answer(500, "late"));  // nobody is there for it any more
  EXPECT_FALSE(desk.fetch_answer(first));
}

}  // namespace
}  // namespace cowherd::testing
