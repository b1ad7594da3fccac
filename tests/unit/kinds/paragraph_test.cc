// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/paragraph.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

TEST(Paragraph, BreaksBetweenWordsBeforeColumn101) {
  std::string text = "a";
  for (int i = 0; i < 60; ++i) text += " four";
  const std::string made = paragraph(text, "  ");
  EXPECT_EQ(made.substr(0, made.find('\n')).size(), 98u);
  EXPECT_EQ(made.find("\n  four"), 98u);
  EXPECT_TRUE(made.ends_with("four\n"));
}

TEST(Paragraph, ALongerWordStandsAlone) {
  const std::string word(150, 'x');
  EXPECT_EQ(paragraph("a " + word + " b", ""), "a\n" + word + "\nb\n");
}

}  // namespace
}  // namespace cowherd::testing
