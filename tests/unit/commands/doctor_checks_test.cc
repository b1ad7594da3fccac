// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/doctor_checks.h"

#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include "reconciler/commands/program_output.h"
#include "resources/files/linux_file_system.h"
#include "resources/store/lock.h"
#include "tests/contract/temporary_directory.h"
#include "tests/fakes/fake_device_mapper.h"
#include "tests/fakes/fake_file_system.h"
#include "tests/fakes/fake_loop_devices.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

struct Host {
  Faults faults{};
  FakeFileSystem files{faults};
  FakeLoopDevices loops{files, faults};
  FakeDeviceMapper device_mapper{loops, faults};
};

TEST(DoctorKernel, OldKernelsLackWhatIsNeeded) {
  EXPECT_EQ(Health::Ok, check_kernel("6.1.0-18-amd64").health);
  EXPECT_EQ(Health::Ok, check_kernel("5.8.0").health);
  EXPECT_EQ(Health::Warn, check_kernel("5.4.200").health);
  EXPECT_EQ(Health::Fail, check_kernel("4.19.0").health);
  EXPECT_EQ(Health::Warn, check_kernel("").health);
}

TEST(DoctorDeviceMapper, AllTargetsAreWell) {
  Host host;
  EXPECT_EQ(Health::Ok, check_device_mapper(host.device_mapper, DiskDriverSetting::Auto).health);
}

TEST(DoctorDeviceMapper, AMissingTargetIsNamed) {
  Host host;
  host.device_mapper.set_targets({"linear", "zero"});
  const Check check = check_device_mapper(host.device_mapper, DiskDriverSetting::Auto);
  EXPECT_EQ(Health::Warn, check.health);
  EXPECT_THAT(check.finding, HasSubstr("snapshot"));
  EXPECT_THAT(check.advice, HasSubstr("modprobe"));
}

TEST(DoctorDeviceMapper, WithoutItQcow2Serves) {
  Host host;
  host.device_mapper.refuse(make_error(ErrorKind::NotFound, "open '/dev/mapper/control'"));
  EXPECT_EQ(Health::Warn, check_device_mapper(host.device_mapper, DiskDriverSetting::Auto).health);
  EXPECT_EQ(Health::Fail, check_device_mapper(host.device_mapper, DiskDriverSetting::DmSnapshot).health);
}

TEST(DoctorDeviceMapper, WithoutPermissionTheAdviceIsRoot) {
  Host host;
  host.device_mapper.refuse(make_error(ErrorKind::Denied, "open '/dev/mapper/control'"));
  EXPECT_THAT(check_device_mapper(host.device_mapper, DiskDriverSetting::Auto).advice, HasSubstr("root"));
}

TEST(DoctorInotify, FewWatchesAreAWarningWithTheCommand) {
  Host host;
  host.files.put("/proc/sys/fs/inotify/max_user_watches", "100\n");
  host.files.put("/proc/sys/fs/inotify/max_user_instances", "128\n");
  const Check check = check_inotify(host.files);
  EXPECT_EQ(Health::Warn, check.health);
  EXPECT_THAT(check.advice, HasSubstr("sysctl fs.inotify.max_user_watches="));
  host.files.put("/proc/sys/fs/inotify/max_user_watches", "500000\n");
  EXPECT_EQ(Health::Ok, check_inotify(host.files).health);
}

TEST(DoctorQemu, AProgramThatIsNotThereFailsWithThePackage) {
  Config config = default_config();
  config.qemu = "/nowhere/qemu-system-x86_64";
  const Check check = check_qemu(config);
  EXPECT_EQ(Health::Fail, check.health);
  EXPECT_THAT(check.advice, HasSubstr("apt install qemu-system-x86"));
}

TEST(DoctorKvm, TcgThatWasAskedForIsWell) {
  Host host;
  Config config = default_config();
  config.accel = AccelSetting::Tcg;
  EXPECT_EQ(Health::Ok, check_kvm(config, host.files).health);
}

TEST(DoctorMachineLimits, AHostWithoutThemIsAWarningWhereTheyAreWanted) {
  Config config = default_config();
  const GroupHost whole{"/sys/fs/cgroup", "cpu memory pids", true, true, true};
  EXPECT_THAT(check_machine_limits(config, whole).finding, HasSubstr("systemd scope"));
  EXPECT_EQ(check_machine_limits(config, GroupHost{}).health, Health::Warn);
  config.bounds = BoundsSetting::Always;
  EXPECT_EQ(check_machine_limits(config, GroupHost{}).health, Health::Fail);
  config.bounds = BoundsSetting::Never;
  EXPECT_EQ(check_machine_limits(config, GroupHost{}).health, Health::Ok);
}

TEST(DoctorMemoryImages, ClonesShareOneWhereMachinesHaveNoUsersOfTheirOwnElseTheyCostWhatTheFileSystemTakes) {
  LinuxFileSystem files;
  Config config = default_config();
  config.own_users = OwnUsersSetting::Never;
  EXPECT_THAT(check_memory_images(config, "tcg", files, Health::Warn).finding, HasSubstr("share one"));
  config.own_users = OwnUsersSetting::Auto;
  if (check_machine_users(config, "tcg", files).health == Health::Warn) return;  // as this process they have none
  EXPECT_EQ(check_memory_images(config, "tcg", files, Health::Ok).health, Health::Ok);
  const Check costly = check_memory_images(config, "tcg", files, Health::Warn);
  EXPECT_EQ(costly.health, Health::Warn);
  EXPECT_THAT(costly.finding, HasSubstr("full copy"));
}

TEST(DoctorMemory, TheBudgetIsAShareOfTheHosts) {
  Config config = default_config();
  config.memory_budget_percent = 50;
  EXPECT_THAT(check_memory(config, 8_GiB).finding, HasSubstr("4096 MiB"));
  EXPECT_EQ(Health::Warn, check_memory(config, 256_MiB).health);
}

TEST(DoctorDirectories, OneThatIsMissingIsNotOneThatIsForbidden) {
  const TemporaryDirectory directory;
  EXPECT_EQ(Health::Ok, check_manifests(directory.path()).health);
  EXPECT_EQ(Health::Warn, check_manifests(directory.path() + "/missing").health);
  EXPECT_EQ(Health::Ok, check_state_dir(directory.path() + "/not/yet").health);
  EXPECT_EQ(directory.path(), nearest_existing(directory.path() + "/not/yet"));
}

TEST(DoctorDirectories, NothingIsLeftOfTryingReflink) {
  const TemporaryDirectory directory;
  EXPECT_NE(Health::Fail, check_reflink(directory.path()).health);
  LinuxFileSystem files;
  EXPECT_TRUE(files.list(directory.path())->empty());
}

TEST(DoctorDirectories, LittleSpaceIsAWarning) {
  const TemporaryDirectory directory;
  Config config = default_config();
  config.min_free_percent = 0;
  EXPECT_EQ(Health::Ok, check_space(directory.path(), config).health);
  config.min_free_percent = 101;
  EXPECT_EQ(Health::Warn, check_space(directory.path(), config).health);
}

TEST(DoctorLock, TheHolderIsNamedWhileItHolds) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/lock";
  LinuxFileSystem files;
  EXPECT_THAT(check_lock(files, path).finding, HasSubstr("nobody"));
  {
    const auto lock = StateLock::take(path, "run");
    ASSERT_TRUE(lock);
    EXPECT_THAT(check_lock(files, path).finding, HasSubstr("pid " + std::to_string(::getpid()) + " ('run')"));
  }
  EXPECT_THAT(check_lock(files, path).finding, HasSubstr("nobody"));
}

TEST(DoctorMachineId, AHostWithoutOneIsToldSo) {
  Host host;
  EXPECT_EQ(Health::Warn, check_machine_id(host.files).health);
  host.files.put("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  EXPECT_EQ(Health::Ok, check_machine_id(host.files).health);
}

TEST(ProgramOutput, IsTheFirstLineOfAProgramThatEnds) {
  EXPECT_EQ("one", first_line_of("/bin/sh", {"-c", "echo one; echo two"}, Span{10'000}).value());
  EXPECT_EQ(ErrorKind::Failed, first_line_of("/bin/true", {}, Span{10'000}).error().kind);
  EXPECT_FALSE(first_line_of("/nowhere/program", {}, Span{10'000}));
}

TEST(ProgramOutput, SilenceAndEndlessTalkBothEnd) {
  EXPECT_FALSE(first_line_of("/usr/bin/tail", {"-f", "/dev/null"}, Span{50}));
  EXPECT_EQ(4096u, first_line_of("/bin/cat", {"/dev/zero"}, Span{10'000}).value().size());
}

}  // namespace
}  // namespace cowherd::testing
