// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "resources/files/linux_file_system.h"
#include "tests/contract/file_system_contract.h"
#include "tests/contract/temporary_directory.h"
#include "tests/fakes/fake_file_system.h"

namespace cowherd::testing {

namespace {

class LinuxBed final : public FileSystemBed {
 public:
  FileSystem& files() override { return files_; }
  std::string root() const override { return directory_.path(); }
  void make_symlink(const std::string& path, const std::string& target) override {
    ASSERT_EQ(::symlink(target.c_str(), path.c_str()), 0);
  }

 private:
  TemporaryDirectory directory_{};
  LinuxFileSystem files_{};
};

class FakeBed final : public FileSystemBed {
 public:
  FakeBed() { files_.put_directory("/state"); }
  FileSystem& files() override { return files_; }
  std::string root() const override { return "/state"; }
  void make_symlink(const std::string& path, const std::string& target) override { files_.put_symlink(path, target); }

 private:
  Faults faults_{};
  FakeFileSystem files_{faults_};
};

template <class Bed>
std::unique_ptr<FileSystemBed> make_bed() {
  return std::make_unique<Bed>();
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Linux, FileSystemContract, ::testing::Values(&make_bed<LinuxBed>));
INSTANTIATE_TEST_SUITE_P(Fake, FileSystemContract, ::testing::Values(&make_bed<FakeBed>));

// --- what only the fake can show

class Durability : public ::testing::Test {
 protected:
  Durability() { files_.put_directory("/d"); }
  Faults faults_{};
  FakeFileSystem files_{faults_};
};

TEST_F(Durability, ANameWithoutADirectorySyncIsLost) {
  ASSERT_TRUE(files_.write("/d/f", "x"));
  ASSERT_TRUE(files_.sync("/d/f"));
  files_.lose_power();
  EXPECT_FALSE(files_.exists("/d/f"));
}

TEST_F(Durability, ContentWithoutASyncIsEmptyUnderADurableName) {
  ASSERT_TRUE(files_.write("/d/f", "x"));
  ASSERT_TRUE(files_.sync("/d"));
  files_.lose_power();
  EXPECT_EQ(files_.peek("/d/f"), "");
}

TEST_F(Durability, ContentOfTheLastSyncSurvives) {
  ASSERT_TRUE(files_.write("/d/f", "old"));
  ASSERT_TRUE(files_.sync("/d/f"));
  ASSERT_TRUE(files_.sync("/d"));
  ASSERT_TRUE(files_.write("/d/f", "new"));
  files_.lose_power();
  EXPECT_EQ(files_.peek("/d/f"), "old");
}

TEST_F(Durability, AnUnsyncedRenameWithinADirectoryIsUndone) {
  files_.put("/d/f", "f");
  files_.put("/d/g", "g");
  ASSERT_TRUE(files_.rename("/d/f", "/d/g", RenameMode::Replace));
  files_.lose_power();
  EXPECT_EQ(files_.peek("/d/f"), "f");
  EXPECT_EQ(files_.peek("/d/g"), "g");
}

TEST_F(Durability, ARenameBetweenDirectoriesIsDurableWithItsTarget) {
  files_.put("/d/f", "f");
  files_.put_directory("/e");
  ASSERT_TRUE(files_.rename("/d/f", "/e/f", RenameMode::NoReplace));
  ASSERT_TRUE(files_.sync("/d"));
  files_.lose_power();
  EXPECT_EQ(files_.peek("/d/f"), "f");
  EXPECT_FALSE(files_.exists("/e/f"));

  ASSERT_TRUE(files_.rename("/d/f", "/e/f", RenameMode::NoReplace));
  ASSERT_TRUE(files_.sync("/e"));
  files_.lose_power();
  EXPECT_FALSE(files_.exists("/d/f"));
  EXPECT_EQ(files_.peek("/e/f"), "f");
}

TEST_F(Durability, AFileMovedTwiceStandsInOnePlace) {
  files_.put("/d/f", "f");
  files_.put_directory("/e");
  files_.put_directory("/g");
  ASSERT_TRUE(files_.rename("/d/f", "/e/f", RenameMode::NoReplace));
  ASSERT_TRUE(files_.rename("/e/f", "/g/f", RenameMode::NoReplace));
  ASSERT_TRUE(files_.sync("/g"));
  files_.lose_power();
  EXPECT_EQ(files_.peek_stamp("/g/f")->links, 1u);
  EXPECT_FALSE(files_.exists("/d/f"));
}

TEST_F(Durability, AnUnsyncedRemovalIsUndone) {
  files_.put("/d/f", "f");
  ASSERT_TRUE(files_.remove("/d/f"));
  files_.lose_power();
  EXPECT_EQ(files_.peek("/d/f"), "f");
}

TEST_F(Durability, APublishedFileSurvives) {
  ASSERT_TRUE(publish_file(files_, "/d", "f", "x"));
  files_.lose_power();
  EXPECT_EQ(files_.peek("/d/f"), "x");
}

TEST_F(Durability, MadeDirectoriesSurviveEvenWhenAnEarlierRunDiedHalfway) {
  Faults clean;
  FakeFileSystem probe(clean);
  ASSERT_TRUE(make_directories(probe, "/a/b"));
  for (int n = 1; n <= clean.calls(); ++n) {
    Faults faults;
    FakeFileSystem files(faults);
    faults.arm(FaultMode::DieAfter, n);
    EXPECT_THROW((void)make_directories(files, "/a/b"), SimulatedDeath);
    faults.disarm();
    ASSERT_TRUE(make_directories(files, "/a/b"));
    files.lose_power();
    EXPECT_TRUE(files.exists("/a/b")) << "died after call " << n;
  }
}

TEST_F(Durability, PublishingLeavesOldOrNewWhateverHappens) {
  Faults clean;
  FakeFileSystem probe(clean);
  probe.put_directory("/d");
  ASSERT_TRUE(publish_file(probe, "/d", "f", "new"));
  for (const FaultMode mode : {FaultMode::DieBefore, FaultMode::DieAfter, FaultMode::Fail}) {
    for (int n = 1; n <= clean.calls(); ++n) {
      Faults faults;
      FakeFileSystem files(faults);
      files.put("/d/f", "old");
      faults.arm(mode, n);
      try {
        EXPECT_FALSE(publish_file(files, "/d", "f", "new"));
      } catch (const SimulatedDeath&) {
      }
      files.lose_power();
      EXPECT_THAT(*files.peek("/d/f"), ::testing::AnyOf("old", "new")) << "call " << n;
    }
  }
}

TEST_F(Durability, AFullDiskIsExhaustedAndPublishingKeepsTheOldContent) {
  files_.put("/d/f", "old");
  files_.set_full();
  EXPECT_FAILS(Exhausted, publish_file(files_, "/d", "f", std::string(5000, 'x')));
  EXPECT_EQ(files_.peek("/d/f"), "old");
  EXPECT_EQ(files_.list("/d")->size(), 1u);
}

TEST_F(Durability, ADeniedDirectoryIsDeniedAndNotAbsent) {
  files_.put("/d/f", "x");
  files_.deny("/d");
  EXPECT_FAILS(Denied, files_.list("/d"));
  EXPECT_FAILS(Denied, files_.stat("/d/f"));
  files_.allow("/d");
  EXPECT_TRUE(files_.list("/d"));
}

}  // namespace cowherd::testing
