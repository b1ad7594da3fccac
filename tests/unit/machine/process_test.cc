// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "resources/files/system_calls.h"
#include "resources/machine/qemu/held_child.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd {
namespace {

using testing::TemporaryDirectory;

FileId id_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0);
  return {found.st_dev, found.st_ino};
}

constexpr const char* kBusybox = "/bin/busybox";

ChildPlan plan(const TemporaryDirectory& dir, std::vector<std::string> arguments,
               const std::string& program = kBusybox) {
  ChildPlan made;
  made.program = program;
  made.arguments = std::move(arguments);
  made.input = *open_path("/dev/null", O_RDONLY, "open");
  made.output = *open_path(dir / "out", O_WRONLY | O_CREAT | O_APPEND, "create");
  made.errors = *open_path(dir / "err", O_WRONLY | O_CREAT | O_APPEND, "create");
  return made;
}

ProcessIdentity identity_of(int pid) {
  return {pid, process_start_time(pid).value_or(0), current_boot_id().value_or(""), id_of(kBusybox)};
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Sleeper : ::testing::Test {
  TemporaryDirectory dir{};
  Result<HeldChild> child = HeldChild::fork(plan(dir, {"sleep", "1000"}));
  ProcessIdentity identity = identity_of(child->pid());

  ~Sleeper() override {
    if (const auto pidfd = open_process(identity)) {
      EXPECT_TRUE(signal_process(*pidfd, SIGKILL));
      EXPECT_TRUE(await_exit(*pidfd, Deadline::after(std::chrono::seconds{5})));
    }
    static_cast<void>(collect_child(identity).has_value());
  }
};
using Process = Sleeper;

TEST_F(Process, IsHeldUntilItIsReleasedAndAliveThen) {
  EXPECT_EQ(*find_process(identity), ProcessPresence::Held);
  ASSERT_TRUE(child->release());
  EXPECT_EQ(*find_process(identity), ProcessPresence::Alive);
}

TEST_F(Process, OfAnotherStartTimeIsNotTheSame) {
  ASSERT_TRUE(child->release());
  ProcessIdentity recycled = identity;
  recycled.start_time += 1;
  EXPECT_EQ(*find_process(recycled), ProcessPresence::Gone);
  EXPECT_EQ(open_process(recycled).error().kind, ErrorKind::NotFound);
  EXPECT_FALSE(collect_child(recycled));
}

TEST_F(Process, OfAnotherBootIsNotTheSame) {
  ASSERT_TRUE(child->release());
  ProcessIdentity old = identity;
  old.boot_id = "00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(*find_process(old), ProcessPresence::OtherBoot);
  EXPECT_EQ(open_process(old).error().kind, ErrorKind::NotFound);
}

TEST_F(Process, AZombieIsGoneAndItsEndIsTakenOnce) {
  ASSERT_TRUE(child->release());
  const auto pidfd = open_process(identity);
  ASSERT_TRUE(pidfd);
  EXPECT_EQ(await_exit(*pidfd, Deadline::after(Span{1})).error().kind, ErrorKind::Busy);
  ASSERT_TRUE(signal_process(*pidfd, SIGKILL));
  ASSERT_TRUE(await_exit(*pidfd, Deadline::after(std::chrono::seconds{5})));
  EXPECT_EQ(*find_process(identity), ProcessPresence::Gone);
  EXPECT_EQ(collect_child(identity), (ChildEnd{ChildEnd::How::Signalled, SIGKILL}));
  EXPECT_FALSE(collect_child(identity));
  EXPECT_TRUE(signal_process(*pidfd, SIGKILL)) << "a process that is gone is success";
}

TEST(HeldChild, RunsNothingWhenItIsDropped) {
  const TemporaryDirectory dir;
  int pid = 0;
  {
    auto child = HeldChild::fork(plan(dir, {"touch", dir / "ran"}));
    ASSERT_TRUE(child);
    pid = child->pid();
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "ran"));
  EXPECT_EQ(process_start_time(pid).error().kind, ErrorKind::NotFound);
}

TEST(HeldChild, RunsNothingWhenItsParentDies) {
  const TemporaryDirectory dir;
  const UniqueFd out(::open((dir / "pid").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const pid_t parent = ::fork();
  if (parent == 0) {
    const auto child = HeldChild::fork(plan(dir, {"touch", dir / "ran"}));
    const int pid = child ? child->pid() : 0;
    if (::write(out.get(), &pid, sizeof pid) != sizeof pid) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(parent, &status, 0), parent);
  ASSERT_TRUE(WIFSIGNALED(status));
  int pid = 0;
  ASSERT_EQ(::pread(out.get(), &pid, sizeof pid, 0), ssize_t{sizeof pid});
  ASSERT_GT(pid, 1);
  // It is adopted by init; gone, or a zombie that init has not collected yet.
  ProcessIdentity orphan{pid, process_start_time(pid).value_or(0), *current_boot_id(), {}};
  if (const auto pidfd = open_process(orphan)) {
    EXPECT_TRUE(await_exit(*pidfd, Deadline::after(std::chrono::seconds{5})));
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "ran"));
}

TEST(HeldChild, TellsWhyExecFailed) {
  const TemporaryDirectory dir;
  auto child = HeldChild::fork(plan(dir, {"x"}, dir / "absent"));
  ASSERT_TRUE(child);
  const Status released = child->release();
  ASSERT_FALSE(released);
  EXPECT_EQ(released.error().errno_value, ENOENT);
  EXPECT_EQ(process_start_time(child->pid()).error().kind, ErrorKind::NotFound);
}

TEST(HeldChild, HasNoDescriptorsSignalsOrDirectoryOfItsParent) {
  const TemporaryDirectory dir;
  const UniqueFd leaking(::open("/dev/null", O_RDONLY));  // not close-on-exec
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  const std::string script = "ls /proc/self/fd; grep SigBlk /proc/self/status; pwd; umask; echo $HOME";
  auto child = HeldChild::fork(plan(dir, {"sh", "-c", script}));
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ASSERT_TRUE(child);
  const ProcessIdentity identity = identity_of(child->pid());
  const auto pidfd = open_process(identity);
  ASSERT_TRUE(pidfd);
  ASSERT_TRUE(child->release());
  ASSERT_TRUE(await_exit(*pidfd, Deadline::after(std::chrono::seconds{5})));
  EXPECT_EQ(collect_child(identity), (ChildEnd{ChildEnd::How::Exited, 0}));
  // 3 is ls reading the directory.
  EXPECT_EQ(content(dir / "out"), "0\n1\n2\n3\nSigBlk:\t0000000000000000\n/\n0077\n\n");
}

TEST(HeldChild, GetsOneMoreDescriptorWhenItIsGivenOne) {
  const TemporaryDirectory dir;
  std::ofstream(dir / "extra") << "handed on";
  ChildPlan made = plan(dir, {"sh", "-c", "cat <&3; ls /proc/self/fd"});
  made.extra.push_back(*open_path(dir / "extra", O_RDONLY, "open"));
  auto child = HeldChild::fork(std::move(made));
  ASSERT_TRUE(child);
  const ProcessIdentity identity = identity_of(child->pid());
  const auto pidfd = open_process(identity);
  ASSERT_TRUE(pidfd);
  ASSERT_TRUE(child->release());
  ASSERT_TRUE(await_exit(*pidfd, Deadline::after(std::chrono::seconds{5})));
  EXPECT_EQ(collect_child(identity), (ChildEnd{ChildEnd::How::Exited, 0}));
  EXPECT_EQ(content(dir / "out"), "handed on0\n1\n2\n3\n4\n");  // 4 is ls reading the directory
}

TEST(HeldChild, ManyThreadsForkAtOnceAndNoChildKeepsAnothersLine) {
  const TemporaryDirectory dir;
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 8; ++worker) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        auto child = HeldChild::fork(plan(dir, {"true"}));
        ASSERT_TRUE(child);
        const ProcessIdentity identity = identity_of(child->pid());
        const auto pidfd = open_process(identity);
        ASSERT_TRUE(child->release());
        ASSERT_TRUE(await_exit(*pidfd, Deadline::after(std::chrono::seconds{5})));
        EXPECT_TRUE(collect_child(identity));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace cowherd
