// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/last_good.h"

#include <gtest/gtest.h>

#include "resources/files/bulk.h"
#include "tests/fakes/fake_file_system.h"

namespace cowherd::testing {
namespace {

class LastGoodTest : public ::testing::Test {
 protected:
  static GoodFile file(const std::string& path, const std::string& text) {
    return {path, text, "/etc/manifests", Moment{Span{1'800'000'000'123}}};
  }

  Faults faults_{};
  FakeFileSystem files_{faults_};
  DirectoryLastGood last_good_{files_, "/state/declared"};
};

TEST_F(LastGoodTest, NothingRememberedYetIsNoError) {
  const auto recalled = last_good_.recall();
  ASSERT_TRUE(recalled);
  EXPECT_TRUE(recalled->files.empty());
  EXPECT_TRUE(recalled->ignored.empty());
}

TEST_F(LastGoodTest, WhatIsRememberedIsRecalledByteForByte) {
  const GoodFile odd = file("größe/雲.yaml", "tab\t quote\" back\\slash \r\n\x01 ü \xf0\x9f\x90\x84\n");
  ASSERT_TRUE(last_good_.remember(odd));
  files_.lose_power();
  const auto recalled = last_good_.recall();
  ASSERT_TRUE(recalled);
  EXPECT_EQ(recalled->files, std::vector<GoodFile>{odd});
}

TEST_F(LastGoodTest, EntriesAreNamedByTheDigestOfThePath) {
  ASSERT_TRUE(last_good_.remember(file("../../a.yaml", "x")));
  EXPECT_TRUE(files_.exists("/state/declared/" + sha256("../../a.yaml").str() + ".json"));
}

TEST_F(LastGoodTest, ALaterVersionReplacesTheEarlier) {
  ASSERT_TRUE(last_good_.remember(file("a.yaml", "one")));
  ASSERT_TRUE(last_good_.remember(file("a.yaml", "two")));
  EXPECT_EQ(last_good_.recall()->files, std::vector<GoodFile>{file("a.yaml", "two")});
}

TEST_F(LastGoodTest, ForgettingIsDurableAndRepeatable) {
  ASSERT_TRUE(last_good_.remember(file("a.yaml", "one")));
  ASSERT_TRUE(last_good_.forget("a.yaml"));
  ASSERT_TRUE(last_good_.forget("a.yaml"));
  files_.lose_power();
  EXPECT_TRUE(last_good_.recall()->files.empty());
}

TEST_F(LastGoodTest, ACorruptEntryIsIgnoredAndTheOthersAreNot) {
  ASSERT_TRUE(last_good_.remember(file("a.yaml", "one")));
  files_.put("/state/declared/" + std::string(64, '0') + ".json", "{\"path\": \"b.yaml\"");
  const std::string stolen = *files_.peek("/state/declared/" + sha256("a.yaml").str() + ".json");
  files_.put("/state/declared/" + std::string(64, '1') + ".json", stolen);
  const auto recalled = last_good_.recall();
  ASSERT_TRUE(recalled);
  EXPECT_EQ(recalled->files.size(), 1u);
  ASSERT_EQ(recalled->ignored.size(), 2u);
  EXPECT_EQ(recalled->ignored[0].severity, Severity::Warning);
  EXPECT_EQ(recalled->ignored[0].spot.file, "/state/declared/" + std::string(64, '0') + ".json");
}

TEST_F(LastGoodTest, OtherFilesAreNotEntries) {
  for (const char* name : {".staging-x.json", "README", "a.json"})
    files_.put(std::string("/state/declared/") + name, "x");
  const auto recalled = last_good_.recall();
  ASSERT_TRUE(recalled);
  EXPECT_TRUE(recalled->files.empty());
  EXPECT_TRUE(recalled->ignored.empty());
}

TEST_F(LastGoodTest, AnUnreadableDirectoryIsUnknownNotEmpty) {
  files_.put_directory("/state/declared");
  files_.deny("/state/declared");
  ASSERT_FALSE(last_good_.recall());
  EXPECT_EQ(last_good_.recall().error().kind, ErrorKind::Denied);
}

TEST_F(LastGoodTest, ReadOnlyRecallsAndNeverWrites) {
  ASSERT_TRUE(last_good_.remember(file("a.yaml", "one")));
  ReadOnlyLastGood reader(last_good_);
  EXPECT_TRUE(reader.remember(file("a.yaml", "two")));
  EXPECT_TRUE(reader.remember(file("b.yaml", "two")));
  EXPECT_TRUE(reader.forget("a.yaml"));
  EXPECT_EQ(reader.recall()->files, std::vector<GoodFile>{file("a.yaml", "one")});
}

TEST_F(LastGoodTest, AfterAnyFailureEitherVersionStands) {
  bool failed = true;
  for (int n = 1; failed; ++n) {
    faults_.disarm();
    files_.erase("/state");
    ASSERT_TRUE(last_good_.remember(file("a.yaml", "one")));
    faults_.arm(FaultMode::Fail, n);
    failed = !last_good_.remember(file("a.yaml", "two"));
    faults_.disarm();
    files_.lose_power();
    const auto recalled = last_good_.recall();
    ASSERT_TRUE(recalled);
    ASSERT_EQ(recalled->files.size(), 1u) << n;
    EXPECT_TRUE(failed || recalled->files[0].text == "two") << n;
  }
}

}  // namespace
}  // namespace cowherd::testing
