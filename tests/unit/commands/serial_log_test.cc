// SPDX-License-Identifier: Apache-2.0
// On real files, cut as the daemon cuts them.
#include "reconciler/commands/serial_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "resources/machine/qemu/log_file.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

class SerialLogs : public ::testing::Test {
 protected:
  void append(const std::string& text) { std::ofstream(path(), std::ios::app) << text; }
  std::string path() const { return directory_.path() + "/serial.log"; }
  std::string numbered(int from, int to) const {
    std::string text;
    for (int i = from; i < to; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
  }

  TemporaryDirectory directory_{};
};

TEST_F(SerialLogs, WhatWasNeverWrittenIsEmpty) {
  SerialLog log(path());
  EXPECT_EQ(log.kept().value(), "");
  EXPECT_EQ(log.more().value(), "");
  append("first\n");
  EXPECT_EQ(log.more().value(), "first\n");
}

TEST_F(SerialLogs, KeptIsWhatWasCutAndTheRest) {
  append(numbered(0, 100));
  ASSERT_TRUE(bound_log(path(), Bytes{50}));
  append("rest\n");
  const std::string kept = SerialLog(path()).kept().value();
  EXPECT_TRUE(kept.ends_with("line 99\nrest\n")) << kept;
  EXPECT_EQ(kept.size(), 55U);
}

TEST_F(SerialLogs, FollowsOverACut) {
  SerialLog log(path());
  append(numbered(0, 50));
  std::string read = log.kept().value();
  append(numbered(50, 60));
  read += log.more().value();
  append(numbered(60, 70));  // cut before it is read
  ASSERT_TRUE(bound_log(path(), Bytes{200}));
  append(numbered(70, 80));
  read += log.more().value();
  append(numbered(80, 90));
  read += log.more().value();
  EXPECT_EQ(read, numbered(0, 90));
}

TEST_F(SerialLogs, FollowsOverManyCuts) {
  SerialLog log(path());
  std::string read = log.kept().value();
  for (int i = 0; i < 200; i += 10) {
    append(numbered(i, i + 10));
    ASSERT_TRUE(bound_log(path(), Bytes{150}));
    read += log.more().value();
  }
  EXPECT_EQ(read, numbered(0, 200));
}

TEST_F(SerialLogs, SaysWhatItMissed) {
  SerialLog log(path());
  append(numbered(0, 10));
  (void)log.kept();
  append(numbered(10, 1000));
  ASSERT_TRUE(bound_log(path(), Bytes{90}));
  const std::string more = log.more().value();
  EXPECT_NE(more.find("[some of the log was cut before it was read]"), std::string::npos) << more;
  EXPECT_TRUE(more.ends_with(numbered(990, 1000))) << more;
}

TEST_F(SerialLogs, WaitsForTheEndOfACut) {
  SerialLog log(path());
  append(numbered(0, 10));
  const std::string before = log.kept().value();
  std::filesystem::copy_file(path(), path() + ".1");  // copied, not emptied yet
  EXPECT_EQ(log.more().value(), "");
  std::filesystem::resize_file(path(), 0);
  append("next\n");
  EXPECT_EQ(log.more().value(), "next\n");
}

TEST(LastLines, CountsAsPeopleDo) {
  EXPECT_EQ(last_lines("a\nb\nc\n", 2), "b\nc\n");
  EXPECT_EQ(last_lines("a\nb\nc", 2), "b\nc");
  EXPECT_EQ(last_lines("a\nb\n", 9), "a\nb\n");
  EXPECT_EQ(last_lines("a\n", 0), "");
  EXPECT_EQ(last_lines("", 3), "");
}

}  // namespace
}  // namespace cowherd::testing
