// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/backoff.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

TEST(Backoff, DoublesFromOneSecondToFiveMinutes) {
  std::int64_t full = 1000;
  for (std::int64_t failures = 1; failures <= 20; ++failures) {
    const std::int64_t span = backoff_after(failures, "Sandbox/web").count();
    EXPECT_LE(span, std::min<std::int64_t>(full, 300'000));
    EXPECT_GE(span, std::min<std::int64_t>(full, 300'000) * 3 / 4 - 1);
    full = std::min<std::int64_t>(full * 2, 300'000);
  }
}

TEST(Backoff, SpreadsACrowd) {
  EXPECT_NE(backoff_after(5, "Sandbox/a"), backoff_after(5, "Sandbox/b"));
  EXPECT_EQ(backoff_after(5, "Sandbox/a"), backoff_after(5, "Sandbox/a"));
}

}  // namespace
}  // namespace cowherd::testing
