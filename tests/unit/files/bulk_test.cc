// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <rapidcheck/gtest.h>

#include "resources/files/digest.h"
#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_system.h"
#include "resources/files/unique_fd.h"
#include "tests/contract/temporary_directory.h"
#include "tests/fakes/fake_bulk_files.h"

namespace cowherd::testing {

namespace {

struct Piece {
  std::uint64_t offset = 0;
  std::string bytes{};
};

void write_sparse(const std::string& path, std::uint64_t size, const std::vector<Piece>& pieces) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_TRUE(fd.valid());
  ASSERT_EQ(::ftruncate(fd.get(), static_cast<off_t>(size)), 0);
  for (const Piece& piece : pieces) {
    ASSERT_EQ(::pwrite(fd.get(), piece.bytes.data(), piece.bytes.size(), static_cast<off_t>(piece.offset)),
              static_cast<ssize_t>(piece.bytes.size()));
  }
  ASSERT_EQ(::fsync(fd.get()), 0);
}

class LinuxBulk : public ::testing::Test {
 protected:
  TemporaryDirectory directory_{};
  LinuxBulkFiles bulk_{};
  LinuxFileSystem files_{};
};

}  // namespace

TEST_F(LinuxBulk, ACopyHasTheContentAndTheHoles) {
  write_sparse(directory_ / "from", 64 << 20,
               {{0, "begin"}, {5 << 20, std::string(100'000, 'x')}, {(64 << 20) - 3, "end"}});
  const auto report = bulk_.copy(directory_ / "from", directory_ / "to", {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->size, 64_MiB);
  EXPECT_EQ(*bulk_.digest(directory_ / "from", {}), *bulk_.digest(directory_ / "to", {}));
  ASSERT_TRUE(files_.sync(directory_ / "to"));
  EXPECT_LE(files_.stat(directory_ / "to")->allocated, files_.stat(directory_ / "from")->allocated);
}

TEST_F(LinuxBulk, WrittenZeroesBecomeHoles) {
  write_sparse(directory_ / "from", 0, {{0, std::string(8 << 20, '\0')}, {3 << 20, "data"}});
  const auto report = bulk_.copy(directory_ / "from", directory_ / "to", {});
  ASSERT_TRUE(report);
  EXPECT_EQ(*bulk_.digest(directory_ / "from", {}), *bulk_.digest(directory_ / "to", {}));
  if (report->method == CopyMethod::Reflink) return;  // shares the extents, zeroes and all
  EXPECT_EQ(report->written, 4_KiB);
  ASSERT_TRUE(files_.sync(directory_ / "to"));
  EXPECT_LE(files_.stat(directory_ / "to")->allocated, 64_KiB);
}

TEST_F(LinuxBulk, ACopyIsReadableByItsOwnerOnly) {
  write_sparse(directory_ / "from", 10, {});
  ASSERT_TRUE(bulk_.copy(directory_ / "from", directory_ / "to", {}));
  struct stat found {};
  ASSERT_EQ(::stat((directory_ / "to").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(LinuxBulk, AnExistingTargetIsBusyAndUntouched) {
  write_sparse(directory_ / "from", 10, {});
  ASSERT_TRUE(files_.write(directory_ / "to", "mine"));
  EXPECT_EQ(bulk_.copy(directory_ / "from", directory_ / "to", {}).error().kind, ErrorKind::Busy);
  EXPECT_EQ(*files_.read(directory_ / "to", 1_KiB), "mine");
}

TEST_F(LinuxBulk, ASymlinkLeadsToItsFile) {
  write_sparse(directory_ / "from", 0, {{0, "kernel"}});
  ASSERT_EQ(::symlink("from", (directory_ / "link").c_str()), 0);
  ASSERT_TRUE(bulk_.copy(directory_ / "link", directory_ / "to", {}));
  EXPECT_EQ(*files_.read(directory_ / "to", 1_KiB), "kernel");
  EXPECT_EQ(bulk_.stamp(directory_ / "link")->id, files_.stat(directory_ / "from")->id);
}

TEST_F(LinuxBulk, OnlyRegularFilesAreCopied) {
  ASSERT_EQ(::mkfifo((directory_ / "fifo").c_str(), 0600), 0);
  for (const std::string& path : {directory_ / "fifo", directory_.path(), std::string("/dev/zero")}) {
    EXPECT_EQ(bulk_.copy(path, directory_ / "to", {}).error().kind, ErrorKind::Invalid) << path;
    EXPECT_EQ(bulk_.digest(path, {}).error().kind, ErrorKind::Invalid) << path;
  }
  EXPECT_EQ(bulk_.copy(directory_ / "none", directory_ / "to", {}).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(files_.stat(directory_ / "to").error().kind, ErrorKind::NotFound);
}

TEST_F(LinuxBulk, CancellingLeavesNoTarget) {
  write_sparse(directory_ / "from", 0, {{0, std::string(4 << 20, 'x')}});
  std::stop_source stop;
  stop.request_stop();
  const auto copied = bulk_.copy(directory_ / "from", directory_ / "to", {stop.get_token(), {}});
  EXPECT_EQ(copied.error().kind, ErrorKind::Failed);
  EXPECT_THAT(to_string(copied.error()), ::testing::HasSubstr("cancelled"));
  EXPECT_EQ(files_.stat(directory_ / "to").error().kind, ErrorKind::NotFound);
  EXPECT_FALSE(bulk_.digest(directory_ / "from", {stop.get_token(), {}}));
}

TEST_F(LinuxBulk, ProgressRisesToTheTotal) {
  write_sparse(directory_ / "from", 0, {{0, std::string(70 << 20, 'x')}});
  std::vector<Bytes> told;
  const BulkControl control{{}, [&](Bytes done, Bytes total) {
                              EXPECT_EQ(total, 70_MiB);
                              told.push_back(done);
                            }};
  ASSERT_TRUE(bulk_.digest(directory_ / "from", control));
  ASSERT_FALSE(told.empty());
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), 70_MiB);
  EXPECT_LE(told.size(), 4u);
}

TEST_F(LinuxBulk, SpaceIsToldAndBounded) {
  const auto space = bulk_.space(directory_.path());
  ASSERT_TRUE(space);
  EXPECT_GT(space->total, Bytes{});
  EXPECT_LE(space->available, space->total);
  EXPECT_EQ(bulk_.space(directory_ / "none").error().kind, ErrorKind::NotFound);
}

RC_GTEST_FIXTURE_PROP(LinuxBulk, AnySparseFileIsCopiedByteForByte, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(0, 3 << 20);
  const auto count = *rc::gen::inRange(0, 8);
  std::vector<Piece> pieces;
  for (int i = 0; i < count && size > 0; ++i) {
    const auto offset = *rc::gen::inRange<std::uint64_t>(0, size);
    const auto length = *rc::gen::inRange<std::uint64_t>(0, std::min<std::uint64_t>(size - offset, 20'000) + 1);
    pieces.push_back({offset, std::string(length, *rc::gen::element('\0', 'a'))});
  }
  write_sparse(directory_ / "from", size, pieces);
  const auto copied = bulk_.copy(directory_ / "from", directory_ / "to", {});
  RC_ASSERT(copied.has_value());
  RC_ASSERT(*files_.read(directory_ / "from", 4_MiB) == *files_.read(directory_ / "to", 4_MiB));
  RC_ASSERT(files_.remove(directory_ / "from").has_value());
  RC_ASSERT(files_.remove(directory_ / "to").has_value());
}

Digest hmac_of(std::string_view key, std::string_view text) {
  HmacSha256 code(key);
  for (const char c : text) code.update(std::string_view(&c, 1));
  return code.finish();
}

// RFC 4231, test cases 1, 2, 3, 6 and 7.
TEST(HmacSha256Code, IsTheStandardOne) {
  EXPECT_EQ(hmac_of(std::string(20, '\x0b'), "Hi There").str(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_of("Jefe", "what do ya want for nothing?").str(), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_of(std::string(20, '\xaa'), std::string(50, '\xdd')).str(),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hmac_of(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First").str(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hmac_of(std::string(131, '\xaa'),
                    "This is a test using a larger than block-size key and a larger than block-size data. "
                    "The key needs to be hashed before being used by the HMAC algorithm.").str(),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(SameInConstantTime, TellsTextsApart) {
  EXPECT_TRUE(same_in_constant_time("", ""));
  EXPECT_TRUE(same_in_constant_time("abc", "abc"));
  for (const char* other : {"", "ab", "abd", "xbc", "abcd"}) EXPECT_FALSE(same_in_constant_time("abc", other)) << other;
}

TEST(Sha256Sum, IsTheStandardOne) {
  EXPECT_EQ(sha256("").str(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  pieces.update("a");
  pieces.update("bc");
  EXPECT_EQ(pieces.finish(), sha256("abc"));
}

TEST(FakeBulk, DigestsHolesAsZeroes) {
  Faults faults;
  FakeFileSystem files(faults);
  FakeBulkFiles bulk(files, faults);
  files.put("/f", "abc");
  ASSERT_TRUE(files.resize("/f", Bytes{100'000}));
  std::string expected("abc");
  expected.resize(100'000, '\0');
  EXPECT_EQ(*bulk.digest("/f", {}), sha256(expected));
}

TEST(FakeBulk, ACopyIsLostWithPowerUntilItIsSynced) {
  Faults faults;
  FakeFileSystem files(faults);
  FakeBulkFiles bulk(files, faults);
  files.put("/f", "abc");
  ASSERT_TRUE(bulk.copy("/f", "/g", {}));
  EXPECT_EQ(files.peek("/g"), "abc");
  EXPECT_EQ(bulk.copy("/f", "/g", {}).error().kind, ErrorKind::Busy);
  ASSERT_TRUE(files.sync("/"));
  files.lose_power();
  EXPECT_EQ(files.peek("/g"), "");
}

}  // namespace cowherd::testing
