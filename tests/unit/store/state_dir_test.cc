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

class StateDir : public ::testing::Test {
 protected:
  Faults faults_{};
  FakeFileSystem files_{faults_};
  Layout layout_{"/var/lib/cowherd"};
};

}  // namespace

TEST_F(StateDir, AFreshOneGetsAnIdAndKeepsIt) {
  const auto made = open_state_dir(files_, layout_, "machine", kFirst);
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(made->dir8(), "01020304");
  files_.lose_power();
  EXPECT_EQ(*open_state_dir(files_, layout_, "machine", kSecond), *made);
  EXPECT_EQ(*read_state_dir(files_, layout_, "machine"), *made);
}

TEST_F(StateDir, ReadersMakeNothing) {
  EXPECT_EQ(read_state_dir(files_, layout_, "machine").error().kind, ErrorKind::NotFound);
  EXPECT_FALSE(files_.exists("/var"));
}

TEST_F(StateDir, ACopyIsRefusedUntilItIsAdopted) {
  ASSERT_TRUE(open_state_dir(files_, layout_, "machine", kFirst));
  const Layout copy("/backup");
  files_.put(copy.id_file(), *files_.peek(layout_.id_file()));
  const auto refused = open_state_dir(files_, copy, "machine", kSecond);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Denied);
  EXPECT_THAT(to_string(refused.error()), HasSubstr("cowherd adopt-state-dir"));
  EXPECT_EQ(adopt_state_dir(files_, copy, "machine", kSecond)->id, kSecond);
  files_.lose_power();
  EXPECT_EQ(open_state_dir(files_, copy, "machine", kFirst)->id, kSecond);
}

TEST_F(StateDir, AnotherMachineIsRefused) {
  ASSERT_TRUE(open_state_dir(files_, layout_, "machine", kFirst));
  EXPECT_EQ(open_state_dir(files_, layout_, "another", kSecond).error().kind, ErrorKind::Denied);
  EXPECT_EQ(read_state_dir(files_, layout_, "another").error().kind, ErrorKind::Denied);
}

TEST_F(StateDir, AMissingIdBesideDataIsRefused) {
  files_.put(layout_.sandboxes() + "/x/sandbox.json", "{}");
  EXPECT_EQ(open_state_dir(files_, layout_, "machine", kFirst).error().kind, ErrorKind::Denied);
  EXPECT_FALSE(files_.exists(layout_.id_file()));
}

TEST_F(StateDir, ADamagedIdIsCorruptAndNeverReplaced) {
  for (const char* text : {"", "{}", "{\"formatVersion\":2}", "id"}) {
    files_.put(layout_.id_file(), text);
    EXPECT_EQ(open_state_dir(files_, layout_, "machine", kFirst).error().kind, ErrorKind::Corrupt) << text;
    EXPECT_EQ(files_.peek(layout_.id_file()), text);
  }
}

TEST_F(StateDir, AnUnreadableIdIsNotAnAbsentOne) {
  ASSERT_TRUE(open_state_dir(files_, layout_, "machine", kFirst));
  files_.deny(layout_.id_file());
  EXPECT_EQ(open_state_dir(files_, layout_, "machine", kSecond).error().kind, ErrorKind::Denied);
}

TEST_F(StateDir, DyingWhileItIsMadeLeavesOneThatOpens) {
  Faults clean;
  FakeFileSystem probe(clean);
  ASSERT_TRUE(open_state_dir(probe, layout_, "machine", kFirst));
  for (const FaultMode mode : {FaultMode::DieBefore, FaultMode::DieAfter, FaultMode::Fail}) {
    for (int n = 1; n <= clean.calls(); ++n) {
      Faults faults;
      FakeFileSystem files(faults);
      faults.arm(mode, n);
      try {
        (void)open_state_dir(files, layout_, "machine", kFirst);
      } catch (const SimulatedDeath&) {
      }
      faults.disarm();
      const auto opened = open_state_dir(files, layout_, "machine", kSecond);
      ASSERT_TRUE(opened) << n;
      files.lose_power();
      EXPECT_EQ(*open_state_dir(files, layout_, "machine", Uid::from_random({7})), *opened) << n;
    }
  }
}

TEST_F(StateDir, WorksOnARealFileSystem) {
  TemporaryDirectory directory;
  LinuxFileSystem files;
  const Layout layout(directory / "a/state");
  const auto made = open_state_dir(files, layout, "machine", fresh_uid());
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(*open_state_dir(files, layout, "machine", fresh_uid()), *made);
}

TEST(FreshUid, NeverRepeats) { EXPECT_NE(fresh_uid(), fresh_uid()); }

}  // namespace cowherd::testing
