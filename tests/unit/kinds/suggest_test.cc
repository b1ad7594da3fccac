// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "resources/kinds/suggest.h"

namespace cowherd::testing {
namespace {

TEST(Suggest, FindsTheNearestByEditsSwapsAndCase) {
  EXPECT_EQ(nearest("memroy", {"vcpus", "memory"}), "memory");
  EXPECT_EQ(nearest("MEMORY", {"memory"}), "memory");
  EXPECT_EQ(nearest("powerstate", {"powerState"}), "powerState");
  EXPECT_EQ(nearest("lable", {"levels", "label"}), "label");
}

TEST(Suggest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest("colour", {"vcpus", "memory"}), std::nullopt);
  EXPECT_EQ(nearest("ab", {"cd"}), std::nullopt);
  EXPECT_EQ(nearest("", {"a"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(1000, 'a'), {std::string(1000, 'a')}), std::nullopt);
  EXPECT_EQ(did_you_mean("colour", {"memory"}), "");
}

}  // namespace
}  // namespace cowherd::testing
