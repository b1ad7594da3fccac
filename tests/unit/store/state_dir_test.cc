// SPDX-License-Identifier: Apache-2.0
#include "resources/store/state_dir.h"

#include "resources/files/linux_file_system.h"
#include "resources/files/random.h"
#include "tests/contract/temporary_directory.h"
#include "tests/unit/store/store_bed.h"

namespace cowherd::testing {

namespace {

using ::testing::HasSubstr;

const Uid kFirst = Uid::from_random({1, 2, 3, 4});
const Uid kSecond = Uid::from_random({9, 9, 9, 9});

const ThisHost kHost{"machine", "boot 1"};
const ThisHost kAnother{"another", "boot 1"};

class StateDir : public ::testing::Test {
 protected:
  Faults faults_{};
  FakeFileSystem files_{faults_};
  Layout layout_{"/var/lib/cowherd"};
};

}  // namespace

TEST_F(StateDir, AFreshOneGetsAnIdAndKeepsIt) {
  const auto made = open_state_dir(files_, layout_, kHost, kFirst);
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(made->dir8(), "01020304");
  files_.lose_power();
  EXPECT_EQ(*open_state_dir(files_, layout_, kHost, kSecond), *made);
  EXPECT_EQ(*read_state_dir(files_, layout_, kHost), *made);
}

TEST_F(StateDir, ReadersMakeNothing) {
  EXPECT_EQ(read_state_dir(files_, layout_, kHost).error().kind, ErrorKind::NotFound);
  EXPECT_FALSE(files_.exists("/var"));
}

TEST_F(StateDir, ACopyIsRefusedUntilItIsAdopted) {
  ASSERT_TRUE(open_state_dir(files_, layout_, kHost, kFirst));
  const Layout copy("/backup");
  files_.put(copy.id_file(), *files_.peek(layout_.id_file()));
  const auto refused = open_state_dir(files_, copy, kHost, kSecond);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Denied);
  EXPECT_THAT(to_string(refused.error()), HasSubstr("cowherd adopt-state-dir"));
  EXPECT_EQ(adopt_state_dir(files_, copy, kHost, kSecond)->id, kSecond);
  files_.lose_power();
  EXPECT_EQ(open_state_dir(files_, copy, kHost, kFirst)->id, kSecond);
}

TEST_F(StateDir, AnotherMachineIsRefused) {
  ASSERT_TRUE(open_state_dir(files_, layout_, kHost, kFirst));
  EXPECT_EQ(open_state_dir(files_, layout_, kAnother, kSecond).error().kind, ErrorKind::Denied);
  EXPECT_EQ(read_state_dir(files_, layout_, kAnother).error().kind, ErrorKind::Denied);
}

// btrfs, device-mapper and hot-plugged disks get their device numbers anew with each boot.
TEST_F(StateDir, ADeviceNumberIsComparedWithinOneBootOnly) {
  ASSERT_TRUE(open_state_dir(files_, layout_, kHost, kFirst));
  std::string text = *files_.peek(layout_.id_file());
  const std::string key = "\"device\": \"";
  ASSERT_NE(text.find(key), std::string::npos) << text;
  text.insert(text.find(key) + key.size(), "9");
  files_.put(layout_.id_file(), text);
  EXPECT_EQ(open_state_dir(files_, layout_, kHost, kSecond).error().kind, ErrorKind::Denied);
  EXPECT_EQ(open_state_dir(files_, layout_, {"machine", "boot 2"}, kSecond)->id, kFirst);
}

TEST_F(StateDir, AMissingIdBesideDataIsRefused) {
  files_.put(layout_.sandboxes() + "/x/sandbox.json", "{}");
  EXPECT_EQ(open_state_dir(files_, layout_, kHost, kFirst).error().kind, ErrorKind::Denied);
  EXPECT_FALSE(files_.exists(layout_.id_file()));
}

TEST_F(StateDir, ADamagedIdIsCorruptAndNeverReplaced) {
  for (const char* text : {"", "{}", "{\"formatVersion\":2}", "id"}) {
    files_.put(layout_.id_file(), text);
    EXPECT_EQ(open_state_dir(files_, layout_, kHost, kFirst).error().kind, ErrorKind::Corrupt) << text;
    EXPECT_EQ(files_.peek(layout_.id_file()), text);
  }
}

TEST_F(StateDir, AnUnreadableIdIsNotAnAbsentOne) {
  ASSERT_TRUE(open_state_dir(files_, layout_, kHost, kFirst));
  files_.deny(layout_.id_file());
  EXPECT_EQ(open_state_dir(files_, layout_, kHost, kSecond).error().kind, ErrorKind::Denied);
}

TEST_F(StateDir, DyingWhileItIsMadeLeavesOneThatOpens) {
  Faults clean;
  FakeFileSystem probe(clean);
  ASSERT_TRUE(open_state_dir(probe, layout_, kHost, kFirst));
  for (const FaultMode mode : {FaultMode::DieBefore, FaultMode::DieAfter, FaultMode::Fail}) {
    for (int n = 1; n <= clean.calls(); ++n) {
      Faults faults;
      FakeFileSystem files(faults);
      faults.arm(mode, n);
      try {
        (void)open_state_dir(files, layout_, kHost, kFirst);
      } catch (const SimulatedDeath&) {
      }
      faults.disarm();
      const auto opened = open_state_dir(files, layout_, kHost, kSecond);
      ASSERT_TRUE(opened) << n;
      files.lose_power();
      EXPECT_EQ(*open_state_dir(files, layout_, kHost, Uid::from_random({7})), *opened) << n;
    }
  }
}

TEST_F(StateDir, WorksOnARealFileSystem) {
  TemporaryDirectory directory;
  LinuxFileSystem files;
  const Layout layout(directory / "a/state");
  const auto made = open_state_dir(files, layout, kHost, fresh_uid());
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(*open_state_dir(files, layout, kHost, fresh_uid()), *made);
}

TEST(FreshUid, NeverRepeats) { EXPECT_NE(fresh_uid(), fresh_uid()); }

}  // namespace cowherd::testing
