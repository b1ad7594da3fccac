// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/admission.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

const AdmissionRules kRules{500, gid_t{80}, gid_t{70}, 10, 4, 6};

TEST(Admission, RootTheDaemonsUserAndTheGroupsMay) {
  AdmissionBook book(kRules);
  EXPECT_EQ(Admission::Admin, book.enter({0, {0}}));
  EXPECT_EQ(Admission::Admin, book.enter({500, {500}}));
  EXPECT_EQ(Admission::Admin, book.enter({1002, {1002, 80}}));
  EXPECT_EQ(Admission::Admin, book.enter({1003, {70, 80}}));
  EXPECT_EQ(Admission::Reader, book.enter({1000, {1000, 70}}));
  EXPECT_EQ(Admission::Stranger, book.enter({1001, {1001, 71}}));
}

TEST(Admission, WithoutAGroupNobodyElseMay) {
  AdmissionBook book({500, std::nullopt, std::nullopt, 10, 4, 6});
  EXPECT_EQ(Admission::Stranger, book.enter({1000, {70}}));
}

TEST(Admission, OneUidHasItsShareAndIsToldWhenItIsUsedUp) {
  AdmissionBook book(kRules);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Admission::Reader, book.enter({1000, {70}}));
  EXPECT_EQ(Admission::TooMany, book.enter({1000, {70}}));
  EXPECT_EQ(Admission::Reader, book.enter({1001, {70}}));
}

TEST(Admission, ViewersLeaveRoomForRoot) {
  AdmissionBook book(kRules);
  for (uid_t uid = 1000; uid < 1006; ++uid) EXPECT_EQ(Admission::Reader, book.enter({uid, {70}}));
  EXPECT_EQ(Admission::Full, book.enter({1006, {70}}));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Admission::Admin, book.enter({0, {}}));
  EXPECT_EQ(Admission::Full, book.enter({500, {}}));
}

TEST(Admission, WhoLeavesMakesRoom) {
  AdmissionBook book(kRules);
  for (int i = 0; i < 4; ++i) (void)book.enter({1000, {70}});
  book.leave({1000, {70}});
  EXPECT_EQ(Admission::Reader, book.enter({1000, {70}}));
  for (int i = 0; i < 4; ++i) book.leave({1000, {70}});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Admission::Admin, book.enter({0, {}}));
}

}  // namespace
}  // namespace cowherd::testing
