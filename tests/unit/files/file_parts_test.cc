// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"
#include "resources/files/unique_fd.h"
#include "tests/contract/file_parts_contract.h"
#include "tests/contract/temporary_directory.h"
#include "tests/fakes/fake_file_parts.h"

namespace cowherd::testing {

namespace {

class LinuxPartsBed final : public FilePartsBed {
 public:
  FileParts& parts() override { return parts_; }
  FileSystem& files() override { return files_; }
  std::string root() const override { return directory_.path(); }
  void make_symlink(const std::string& path, const std::string& target) override {
    ASSERT_EQ(::symlink(target.c_str(), path.c_str()), 0);
  }

 private:
  TemporaryDirectory directory_{};
  LinuxFileSystem files_{};
  LinuxFileParts parts_{};
};

class FakePartsBed final : public FilePartsBed {
 public:
  FakePartsBed() { files_.put_directory("/state"); }
  FileParts& parts() override { return parts_; }
  FileSystem& files() override { return files_; }
  std::string root() const override { return "/state"; }
  void make_symlink(const std::string& path, const std::string& target) override { files_.put_symlink(path, target); }

 private:
  Faults faults_{};
  FakeFileSystem files_{faults_};
  FakeFileParts parts_{files_, faults_};
};

template <class Bed>
std::unique_ptr<FilePartsBed> make_bed() {
  return std::make_unique<Bed>();
}

class LinuxParts : public ::testing::Test {
 protected:
  TemporaryDirectory directory_{};
  LinuxFileSystem files_{};
  LinuxFileParts parts_{};
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Linux, FilePartsContract, ::testing::Values(&make_bed<LinuxPartsBed>));
INSTANTIATE_TEST_SUITE_P(Fake, FilePartsContract, ::testing::Values(&make_bed<FakePartsBed>));

TEST_F(LinuxParts, AWriterIsSeenForAsLongAsItIsThere) {
  ASSERT_TRUE(files_.write(directory_ / "f", "abc"));
  const auto file = parts_.open(directory_ / "f");
  ASSERT_TRUE(file);
  {
    const UniqueFd writer(::open((directory_ / "f").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_TRUE(writer.valid());
    EXPECT_EQ((*file)->writers(), Writers::Some);
  }
  const UniqueFd reader(::open((directory_ / "f").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ((*file)->writers(), Writers::None);
}

TEST_F(LinuxParts, AZeroedRangeGivesItsSpaceBack) {
  ASSERT_TRUE(files_.write(directory_ / "f", std::string(8 << 20, 'x')));
  ASSERT_TRUE(files_.sync(directory_ / "f"));
  const Bytes before = files_.stat(directory_ / "f")->allocated;
  ASSERT_TRUE((*parts_.patch(directory_ / "f"))->zero(1_MiB, 4_MiB));
  ASSERT_TRUE(files_.sync(directory_ / "f"));
  EXPECT_LE(files_.stat(directory_ / "f")->allocated, before - 4_MiB);
}

TEST_F(LinuxParts, AFifoIsInvalidAndDoesNotBlock) {
  ASSERT_EQ(::mkfifo((directory_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(parts_.open(directory_ / "fifo").error().kind, ErrorKind::Invalid);
}

}  // namespace cowherd::testing
