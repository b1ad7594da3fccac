// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/print_table.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cowherd::testing {
namespace {

TEST(PrintTable, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(
      "NAME     READY\n"
      "web      True\n"
      "worker   False\n",
      print_table({"NAME", "READY"}, {{"web", "True"}, {"worker", "False"}}));
}

TEST(PrintTable, NothingIsShownAsADash) {
  EXPECT_EQ("A   B\n-   x\n", print_table({"A", "B"}, {{"", "x"}}));
}

TEST(PrintTable, ALetterOfSeveralBytesIsOneColumn) {
  EXPECT_EQ("A      B\ngrün   x\n", print_table({"A", "B"}, {{"grün", "x"}}));
}

TEST(PrintTable, NoCellCanSteerTheTerminal) {
  const std::string text = print_table({"A"}, {{"red\x1b[31m\nnext"}});
  EXPECT_EQ(std::string::npos, text.find('\x1b'));
  EXPECT_EQ(2, std::count(text.begin(), text.end(), '\n'));
}

TEST(PrintTable, WithoutRowsThereIsTheHeader) { EXPECT_EQ("A   B\n", print_table({"A", "B"}, {})); }

TEST(PrintPairs, EveryLineIsIndented) {
  EXPECT_EQ("  a:    1\n  bb:   2\n", print_pairs({{"a:", "1"}, {"bb:", "2"}}, "  "));
  EXPECT_EQ("", print_pairs({}, "  "));
}

}  // namespace
}  // namespace cowherd::testing
