// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/host_users.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "resources/files/linux_file_system.h"
#include "resources/machine/qemu/runtime_record.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

constexpr UserRange kRange{2'100'000'000, 3};
constexpr const char* kWholeMap = "         0          0 4294967295\n";

ProcessRights root() { return {"Name:\tx\nCapEff:\t000001ffffffffff\n", kWholeMap, kWholeMap}; }
Uid sandbox(std::uint8_t number) { return Uid::from_random({0, 0, 0, 0, 0, number}); }

TEST(WhyNoUsers, RootOfTheHostCanGiveThem) { EXPECT_EQ(why_no_users(kRange, root()), ""); }

TEST(WhyNoUsers, EveryCapabilityThatIsMissingIsNamed) {
  ProcessRights rights = root();
  rights.status = "CapEff:\t00000000a80425fb\n";  // Docker's: without CAP_SYS_PTRACE
  EXPECT_EQ(why_no_users(kRange, rights), "this process lacks CAP_SYS_PTRACE");
  rights.status = "CapEff:\t0000000000000000\n";
  EXPECT_THAT(why_no_users(kRange, rights), HasSubstr("CAP_CHOWN, CAP_SETGID, CAP_SETUID, CAP_KILL, CAP_SYS_PTRACE"));
  rights.status = "";
  EXPECT_THAT(why_no_users(kRange, rights), HasSubstr("cannot be read"));
}

TEST(WhyNoUsers, AUserNamespaceMustHaveTheWholeRange) {
  ProcessRights rights = root();
  rights.uid_map = "0 100000 65536\n";
  EXPECT_THAT(why_no_users(kRange, rights), HasSubstr("no ids 2100000000 to 2100000002"));
  rights.uid_map = "0 0 1000\n2100000000 500000 3\n";
  EXPECT_EQ(why_no_users(kRange, rights), "");
  rights.gid_map = "2100000000 500000 2\n";
  EXPECT_THAT(why_no_users(kRange, rights), HasSubstr("no ids"));
}

TEST(FreeUser, ASandboxGetsTheSameOneAgain) {
  const auto first = free_user(kRange, {}, sandbox(1));
  ASSERT_TRUE(first);
  EXPECT_TRUE(kRange.contains(*first));
  EXPECT_EQ(free_user(kRange, {}, sandbox(1)), first);
}

TEST(FreeUser, NoneThatIsTakenAndNothingWhenAllAre) {
  std::set<std::uint32_t> taken;
  for (int round = 0; round < 3; ++round) {
    const auto id = free_user(kRange, taken, sandbox(7));
    ASSERT_TRUE(id);
    ASSERT_TRUE(kRange.contains(*id));
    ASSERT_TRUE(taken.insert(*id).second) << "given twice";
  }
  EXPECT_EQ(free_user(kRange, taken, sandbox(7)), std::nullopt);
  EXPECT_EQ(free_user(UserRange{1000, 0}, {}, sandbox(7)), std::nullopt);
}

TEST(IdsOfAccounts, AreUsersTheirGroupsGroupsAndWhatContainersMayGet) {
  AccountFiles accounts;
  EXPECT_TRUE(ids_of_accounts(accounts, kRange).empty());
  accounts.users = "root:x:0:0:root:/root:/bin/sh\nann:x:2100000001:100::/:/bin/sh\n+nonsense\nbad:x:2100000000x:1::\n";
  EXPECT_EQ(ids_of_accounts(accounts, kRange), (std::set<std::uint32_t>{2'100'000'001}));
  accounts.users = "ann:x:1000:2100000000::/:/bin/sh\n";
  accounts.groups = "staff:x:2100000002:ann\n";
  EXPECT_EQ(ids_of_accounts(accounts, kRange), (std::set<std::uint32_t>{2'100'000'000, 2'100'000'002}));
  accounts = {};
  accounts.delegated_users = "ann:2099999999:2\nbob:100000:65536\n";
  accounts.delegated_groups = "ann:2100000002:4000000000\n";
  EXPECT_EQ(ids_of_accounts(accounts, kRange), (std::set<std::uint32_t>{2'100'000'000, 2'100'000'002}));
}

class Leases : public ::testing::Test {
 protected:
  // What a killed daemon leaves: a VM that is written down, and no process.
  void record(const std::string& runtime_dir, const Uid& uid, std::optional<std::uint32_t> user) {
    const RuntimeDir place(runtime_dir, uid);
    std::filesystem::create_directories(place.path());
    VmRecord record;
    record.uid = uid;
    record.name = "box";
    record.process.pid = 2;
    record.host_user = user;
    ASSERT_TRUE(write_record(files_, place, record));
  }
  Result<std::uint32_t> take(const Uid& uid) {
    const Result<UserLease> lease = UserLease::take(files_, mine_, kRange, uid);
    if (!lease) return fail(lease.error());
    return lease->id();
  }
  TemporaryDirectory dir_{};
  LinuxFileSystem files_{};
  std::string mine_ = dir_ / "mine";
};

TEST_F(Leases, WhatARecordNamesIsTakenUntilItIsReapedAlsoBelowAnotherStateDirectory) {
  const std::uint32_t first = take(sandbox(1)).value();
  record(dir_ / "theirs", sandbox(9), first);
  const std::uint32_t second = take(sandbox(1)).value();
  EXPECT_NE(second, first);
  record(mine_, sandbox(1), second);
  const std::uint32_t third = take(sandbox(1)).value();
  EXPECT_TRUE(third != first && third != second);
  record(mine_, sandbox(2), third);
  const Result<std::uint32_t> none = take(sandbox(3));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::Exhausted);
  EXPECT_THAT(none.error().hint, HasSubstr("confinement.uidCount"));
  std::filesystem::remove_all(RuntimeDir(mine_, sandbox(1)).path());
  EXPECT_EQ(take(sandbox(3)).value(), second);
}

TEST_F(Leases, OneThatWasNeverWrittenDownIsFreeAgain) {
  const std::uint32_t first = take(sandbox(1)).value();
  record(mine_, sandbox(2), std::nullopt);
  EXPECT_EQ(take(sandbox(1)).value(), first);
}

TEST_F(Leases, AnotherWaitsUntilTheFirstIsWrittenDown) {
  std::optional<UserLease> first = *UserLease::take(files_, mine_, kRange, sandbox(1));
  const pid_t other = ::fork();
  if (other == 0) {
    const Result<std::uint32_t> id = take(sandbox(1));
    ::_exit(id ? static_cast<int>(*id - kRange.first) : 99);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(other, &status, WNOHANG), 0);
  const std::uint32_t id = first->id();
  record(mine_, sandbox(1), id);
  first.reset();
  ASSERT_EQ(::waitpid(other, &status, 0), other);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_LT(WEXITSTATUS(status), 3);
  EXPECT_NE(kRange.first + static_cast<std::uint32_t>(WEXITSTATUS(status)), id);
}

TEST_F(Leases, WhatAProcessRunsAsIsTakenWithoutAnyRecord) {
  if (why_no_users(kRange, read_own_rights(files_)) != "") return;  // only root can be somebody else: the pure tests remain
  const std::uint32_t user = take(sandbox(1)).value();
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(user) != 0) ::_exit(1);
    ::pause();
  }
  while (users_of_processes(files_, kRange)->count(user) == 0) ASSERT_EQ(::waitpid(child, nullptr, WNOHANG), 0);
  EXPECT_NE(take(sandbox(1)).value(), user);
  EXPECT_EQ(users_of_processes(files_, kRange, child)->count(user), 0U);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(take(sandbox(1)).value(), user);
}

}  // namespace
}  // namespace cowherd::testing
