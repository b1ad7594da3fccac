// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/harmless_text.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

std::string shown(std::string_view bytes) {
  HarmlessText text;
  const std::string taken = text.take(bytes);
  return taken + text.rest();
}

std::string shown_byte_by_byte(std::string_view bytes) {
  HarmlessText text;
  std::string made;
  for (const char byte : bytes) made += text.take({&byte, 1});
  return made + text.rest();
}

TEST(HarmlessText, LinesStayAndTheirReturnsGo) {
  EXPECT_EQ(shown("one\r\ntwo\r\r\n\tthree\n"), "one\ntwo\n\tthree\n");
}

TEST(HarmlessText, ColoursGo) { EXPECT_EQ(shown("\x1b[0;32mOK\x1b[m done"), "OK done"); }

TEST(HarmlessText, WhatMovesTheCursorOrAsksTheTerminalIsShown) {
  EXPECT_EQ(shown("\x1b[2J\x1b[6n"), "^[[2J^[[6n");
  EXPECT_EQ(shown("\x1b]0;title\x07"), "^[]0;title^G");
  EXPECT_EQ(shown("\x1b" "c"), "^[c");
  EXPECT_EQ(shown("hidden\rshown"), "hidden^Mshown");
  EXPECT_EQ(shown("a\x08" "b\x7f"), "a^Hb^?");
}

TEST(HarmlessText, ControlsBeyondAsciiAreShown) {
  EXPECT_EQ(shown("\xc2\x9b" "2J"), "<U+009B>2J");
  EXPECT_EQ(shown("\xe2\x80\xae"), "<U+202E>");
  EXPECT_EQ(shown("\xff\x9b"), "\\xff\\x9b");
  EXPECT_EQ(shown("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

TEST(HarmlessText, PiecesOfAnySizeGiveTheSame) {
  for (const std::string_view text : {"a\r\nb\rc", "\x1b[1;31mred\x1b[0m\x1b[H", "\xe2\x82\xac\xff\xe2\x82", "\x1b", "\x1b["}) {
    EXPECT_EQ(shown_byte_by_byte(text), shown(text));
  }
}

TEST(HarmlessText, ASequenceWithoutAnEndIsShownAtTheEnd) { EXPECT_EQ(shown("x\x1b[12"), "x^[[12"); }

TEST(HarmlessText, ASequenceThatNeverEndsDoesNotWait) {
  HarmlessText text;
  EXPECT_EQ(text.take("\x1b[" + std::string(100, '1')), "^[[" + std::string(100, '1'));
}

}  // namespace
}  // namespace cowherd::testing
