// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/joined.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

TEST(Joined, NamesTenAndCountsTheRest) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({"a"}), "a");
  const std::vector<std::string> ten(10, "x");
  EXPECT_EQ(joined(ten), "x, x, x, x, x, x, x, x, x, x");
  const std::vector<std::string> seventeen(17, "x");
  EXPECT_EQ(joined(seventeen), "x, x, x, x, x, x, x, x, x, x and 7 more");
}

}  // namespace
}  // namespace cowherd::testing
