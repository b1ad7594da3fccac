// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/exit_code.h"

#include <gtest/gtest.h>

#include <vector>

namespace cowherd::testing {
namespace {

TEST(ExitCode, TheWorstOneCounts) {
  const std::vector<ExitCode> order{ExitCode::Locked, ExitCode::Failure, ExitCode::NothingValid, ExitCode::Timeout,
                                    ExitCode::Held,   ExitCode::Partly,  ExitCode::Changes,      ExitCode::Done};
  for (std::size_t worse = 0; worse < order.size(); ++worse) {
    for (std::size_t better = worse; better < order.size(); ++better) {
      EXPECT_EQ(order[worse], worst_of({order[worse], order[better]}));
      EXPECT_EQ(order[worse], worst_of({order[better], order[worse]}));
    }
  }
  EXPECT_EQ(ExitCode::Done, worst_of({}));
}

TEST(ExitCode, TheNumbersAreAContract) {
  const std::vector<int> numbers{0, 1, 2, 3, 4, 5, 64, 65, 69, 75, 77, 78};
  const std::vector<ExitCode> codes{ExitCode::Done,     ExitCode::Failure, ExitCode::Changes,    ExitCode::Partly,
                                    ExitCode::Held,     ExitCode::Timeout, ExitCode::Usage,      ExitCode::NothingValid,
                                    ExitCode::NoDaemon, ExitCode::Locked,  ExitCode::Permission, ExitCode::Configuration};
  for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(numbers[i], static_cast<int>(codes[i]));
}

}  // namespace
}  // namespace cowherd::testing
