// SPDX-License-Identifier: Apache-2.0
#include "resources/store/lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {

using ::testing::HasSubstr;

TEST(Lock, ExcludesAndNamesTheHolder) {
  TemporaryDirectory directory;
  const auto held = StateLock::take(directory / "lock", "cowherd run");
  ASSERT_TRUE(held) << to_string(held.error());
  const auto refused = StateLock::take(directory / "lock", "cowherd apply");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Busy);
  EXPECT_THAT(refused.error().message, HasSubstr("pid " + std::to_string(::getpid()) + " ('cowherd run')"));
}

TEST(Lock, IsFreeWhenTheHolderGoes) {
  TemporaryDirectory directory;
  { ASSERT_TRUE(StateLock::take(directory / "lock", "a rather long first command")); }
  const auto second = StateLock::take(directory / "lock", "second");
  ASSERT_TRUE(second);
  EXPECT_THAT(StateLock::take(directory / "lock", "third").error().message, HasSubstr("'second'"));
}

TEST(Lock, IsFreeWhenTheHolderIsKilled) {
  TemporaryDirectory directory;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto held = StateLock::take(directory / "lock", "child");
    ::_exit(held ? 0 : 1);  // as killed: no destructor runs
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_TRUE(StateLock::take(directory / "lock", "parent"));
}

TEST(Lock, NamesTheHolderAndNotTheOneBeforeWhoseTextStillStands) {
  TemporaryDirectory directory;
  const pid_t dead = ::fork();
  ASSERT_GE(dead, 0);
  if (dead == 0) ::_exit(StateLock::take(directory / "lock", "dead") ? 0 : 1);
  ASSERT_EQ(::waitpid(dead, nullptr, 0), dead);
  const int held = ::open(std::string(directory / "lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(held, LOCK_EX | LOCK_NB), 0);
  std::thread writer([held] {
    const std::string text = R"({"pid":)" + std::to_string(::getpid()) + R"(,"command":"living"})";
    EXPECT_EQ(::ftruncate(held, 0), 0);
    EXPECT_EQ(::pwrite(held, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  });
  const auto refused = StateLock::take(directory / "lock", "second");
  writer.join();
  ::close(held);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("('living')"));
}

TEST(Lock, IsNotInheritedByPrograms) {
  TemporaryDirectory directory;
  const auto held = StateLock::take(directory / "lock", "cowherd run");
  ASSERT_TRUE(held);
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone) != directory / "lock") continue;
    EXPECT_TRUE(::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC);
  }
}

TEST(Lock, WithoutADirectoryIsNotFound) {
  EXPECT_EQ(StateLock::take("/nonexistent/lock", "x").error().kind, ErrorKind::NotFound);
}

}  // namespace cowherd::testing
