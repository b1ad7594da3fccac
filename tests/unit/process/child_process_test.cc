// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

#include "resources/files/unique_fd.h"
#include "resources/process/child_process.h"
#include "tests/contract/block_bed.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kNobody = 65534;
constexpr int kPatienceMs = 20'000;

struct Said {
  Result<ChildResult> result = fail(ErrorKind::Failed, "never run");
  std::string output{};
};

Said run(ChildProcess child) {
  Said said;
  child.on_output = [&said](std::string_view piece) { said.output += piece; };
  said.result = run_child(child);
  return said;
}

ChildProcess shell(const std::string& script) {
  ChildProcess child;
  child.program = "/bin/sh";
  child.arguments = {"-c", script};
  child.most = Span{kPatienceMs};
  return child;
}

// Of the processes that a script told it had started, in a file. The caller waits for the file to be whole.
class Told {
 public:
  explicit Told(const TemporaryDirectory& directory) : path_(directory / "pids") { ::mkfifo(path_.c_str(), 0600); }
  const std::string& path() const { return path_; }
  // Blocks until the script wrote its line.
  std::vector<UniqueFd> processes() const {
    std::ifstream from(path_);
    std::vector<UniqueFd> found;
    for (int pid = 0; from >> pid;) {
      found.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
      EXPECT_TRUE(found.back().valid() || errno == ESRCH) << pid;
    }
    return found;
  }

 private:
  std::string path_;
};

// One that could not be opened any more had ended.
bool ends(const UniqueFd& process) {
  if (!process.valid()) return true;
  pollfd wait{process.get(), POLLIN, 0};
  return ::poll(&wait, 1, kPatienceMs) == 1;
}

// One that stays, one that the shell does not wait for, one that left the session, one whose parent is gone.
std::string several(const std::string& told) {
  return "sleep 600 & a=$!; setsid sleep 601 & b=$!; c=$( (sleep 602 >/dev/null & echo $!) ); echo $$ $a $b $c >" + told + "; wait";
}

TEST(ChildProcess, OutputErrorsAndStatusAreHandedOver) {
  const Said said = run(shell("echo out; echo err >&2; exit 7"));
  ASSERT_THAT(said.result, Succeeds());
  EXPECT_EQ(said.output, "out\n");
  EXPECT_EQ(said.result->errors, "err\n");
  EXPECT_EQ(said.result->exit_status, 7);
}

TEST(ChildProcess, OutputOfAnyLengthArrivesWhole) {
  const Said said = run(shell("head -c 3000000 /dev/zero"));
  ASSERT_THAT(said.result, Succeeds());
  EXPECT_EQ(said.output.size(), 3'000'000U);
}

TEST(ChildProcess, ASignalIsToldAsAShellWould) { EXPECT_EQ(run(shell("kill -TERM $$")).result->exit_status, 128 + SIGTERM); }

TEST(ChildProcess, ItsInputIsWhatItIsGivenAndNothingElse) {
  ChildProcess child = shell("wc -c");
  EXPECT_THAT(run(child).output, HasSubstr("0"));
  child.input = std::string(200'000, 'x');
  EXPECT_THAT(run(child).output, HasSubstr("200000"));
}

TEST(ChildProcess, TheEnvironmentCanBeBuiltFromNothing) {
  ChildProcess child = shell("");
  child.program = "/usr/bin/env";
  child.arguments = {};
  child.environment = {"A=1", "B=2"};
  EXPECT_EQ(run(child).output, "A=1\nB=2\n");
}

TEST(ChildProcess, AProgramIsFoundInThePathOrSaysWhatToDo) {
  ChildProcess child;
  child.program = "true";
  EXPECT_EQ(run(child).result->exit_status, 0);
  child.program = "cowherd-has-no-such-program";
  child.when_missing = "install it";
  const Said said = run(child);
  ASSERT_FALSE(said.result);
  EXPECT_EQ(said.result.error().kind, ErrorKind::Failed);
  EXPECT_EQ(said.result.error().hint, "install it");
}

TEST(ChildProcess, OnlyTheLentDescriptorIsLeftOpen) {
  const UniqueFd lent(::open("/dev/null", O_RDONLY));  // left open in an exec, if nobody closes it
  const UniqueFd other(::open("/dev/null", O_RDONLY));
  ChildProcess child = shell("for f in /proc/$$/fd/*; do echo ${f##*/}; done | sort -n | head -c 8");
  child.lent_fd = lent.get();
  EXPECT_EQ(run(child).output, "0\n1\n2\n3\n");
}

TEST(ChildProcess, GainsNoPrivilegeAndDumpsNoCore) {
  EXPECT_EQ(run(shell("grep -c 'NoNewPrivs:.1' /proc/self/status; ulimit -c")).output, "1\n0\n");
}

TEST(ChildProcess, LimitsAreTheKernels) {
  ChildProcess child = shell("ulimit -f; ulimit -v; ulimit -t; ulimit -n");  // in 512 bytes and in KiB
  child.limits = {1 << 20, 1 << 30, 60, 64};
  EXPECT_EQ(run(child).output, "2048\n1048576\n60\n64\n");
}

TEST(ChildProcess, AFileThatGrowsTooLargeFails) {
  const TemporaryDirectory directory;
  ChildProcess child;
  child.program = "/bin/dd";
  child.arguments = {"if=/dev/zero", "of=" + (directory / "f"), "bs=64k", "count=100"};
  child.limits.file_bytes = 1 << 20;
  const Said said = run(child);
  EXPECT_EQ(said.result->exit_status, 1);
  EXPECT_THAT(said.result->errors, HasSubstr("File too large"));
}

TEST(ChildProcess, OneThatFallsSilentIsEndedWithAllThatItStarted) {
  const TemporaryDirectory directory;
  const Told told(directory);
  ChildProcess child = shell(several(told.path()));
  child.silence = Span{300};
  std::vector<UniqueFd> processes;
  std::thread reader([&] { processes = told.processes(); });
  const Said said = run(child);
  reader.join();
  ASSERT_FALSE(said.result);
  EXPECT_EQ(said.result.error().kind, ErrorKind::Failed);
  ASSERT_EQ(processes.size(), 4U);
  for (const UniqueFd& process : processes) EXPECT_TRUE(ends(process));
}

TEST(ChildProcess, OneThatTakesTooLongIsBusy) {
  ChildProcess child = shell("while :; do echo x; done");
  child.most = Span{200};
  const Said said = run(child);
  ASSERT_FALSE(said.result);
  EXPECT_EQ(said.result.error().kind, ErrorKind::Busy);
}

TEST(ChildProcess, OneThatIsToldToStopStops) {
  std::stop_source source;
  ChildProcess child = shell("echo on; sleep 600");
  child.stop = source.get_token();
  child.on_output = [&](std::string_view) { source.request_stop(); };
  const auto result = run_child(child);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("cancelled"));
}

TEST(ChildProcess, WhoeverWatchesMayEndIt) {
  ChildProcess child = shell("sleep 600");
  child.watch = [] { return Status{fail(ErrorKind::Exhausted, "enough")}; };
  const auto result = run_child(child);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "enough");
}

TEST(ChildProcess, WhatItLeftBehindEndsWithIt) {
  const TemporaryDirectory directory;
  const Told told(directory);
  std::string script = several(told.path());
  script.replace(script.rfind("wait"), 4, "exit 3");
  std::vector<UniqueFd> processes;
  std::thread reader([&] { processes = told.processes(); });
  const Said said = run(shell(script));
  reader.join();
  ASSERT_THAT(said.result, Succeeds());
  EXPECT_EQ(said.result->exit_status, 3);
  for (const UniqueFd& process : processes) EXPECT_TRUE(ends(process));
}

TEST(ChildProcess, NothingOfItOutlivesAKilledParent) {
  const TemporaryDirectory directory;
  const Told told(directory);
  const pid_t parent = ::fork();
  if (parent == 0) {
    std::thread([&] { static_cast<void>(run_child(shell(several(told.path())))); }).join();
    ::_exit(0);
  }
  const std::vector<UniqueFd> processes = told.processes();
  ASSERT_EQ(processes.size(), 4U);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  for (const UniqueFd& process : processes) EXPECT_TRUE(ends(process));
}

TEST(ChildProcess, BeginsInItsDirectoryAndWritesWhereItMayOnly) {
  const TemporaryDirectory directory;
  const TemporaryDirectory other;
  ChildProcess child = shell("pwd; echo a >inside && echo b >" + (other / "outside") + " || echo refused; cat " + other.path() + "/read");
  std::ofstream(other / "read") << "secret\n";
  child.directory = directory.path();
  child.paths = PathRights{{"/usr", "/bin", "/lib", "/lib64", "/etc", "/dev/null"}, {directory.path()}};
  const Result<UniqueFd> ruleset = landlock_ruleset(*child.paths);
  ASSERT_THAT(ruleset, Succeeds());
  if (!ruleset->valid()) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(run(child).output, directory.path() + "\nrefused\n");
  EXPECT_EQ(::access((directory / "inside").c_str(), F_OK), 0);
  EXPECT_NE(::access((other / "outside").c_str(), F_OK), 0);
}

// --- what takes privilege

class AsRoot : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  }
};

TEST_F(AsRoot, ItBecomesItsUserWithoutGroupsOrCapabilities) {
  ChildProcess child = shell("id -u; id -g; id -G; grep -E '^Cap(Inh|Prm|Eff|Amb):' /proc/self/status | cut -f2 | sort -u");
  child.user = ChildUser{kNobody, {}, kNobody - 1};
  EXPECT_EQ(run(child).output, "65534\n65533\n65533\n0000000000000000\n");
}

TEST_F(AsRoot, ADirectoryThatItsUserCouldNotReachStandsWhereItsParentIs) {
  const TemporaryDirectory root;
  const std::string inside = root / "inside";
  ASSERT_EQ(::mkdir(inside.c_str(), 0700), 0);
  ASSERT_EQ(::chown(inside.c_str(), kNobody, kNobody), 0);
  std::ofstream(root / "secret") << "x";
  ChildProcess child = shell("pwd; echo a >made; ls -A " + root.path());
  child.user = ChildUser{kNobody, {}, {}};
  child.directory = inside;
  child.covered = root.path();
  child.paths = PathRights{{"/usr", "/bin", "/lib", "/lib64", "/etc"}, {inside}};
  EXPECT_EQ(run(child).output, root.path() + "\nmade\n");
  EXPECT_EQ(::access((inside + "/made").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace cowherd::testing
