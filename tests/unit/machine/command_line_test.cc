// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cowherd {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

MachineSpec a_spec() {
  MachineSpec spec;
  spec.uid = Uid::from_random({0xab});
  spec.name = "web";
  spec.vcpus = 2;
  spec.memory = 256_MiB;
  spec.disk_node = "/dev/dm-3";
  spec.disk_format = "raw";
  spec.kernel = "/t/kernel";
  spec.initrd = "/t/initrd";
  spec.boot_args = {"console=ttyS0"};
  spec.serial_log = "/s/serial.log";
  return spec;
}

RuntimeDir a_dir() { return RuntimeDir("/run/cowherd/0011", a_spec().uid); }

LaunchOptions tcg() {
  LaunchOptions options;
  options.binary = "/usr/bin/qemu-system-x86_64";
  options.accelerator = "tcg";
  return options;
}

VmmDescriptors descriptors() {
  VmmDescriptors at;
  at.disk = 3;
  at.kernel = 4;
  at.initrd = 5;
  at.serial_log = 6;
  at.control = 7;
  at.query = 8;
  at.serial = 9;
  at.agent = 10;
  return at;
}

std::vector<std::string> line(const MachineSpec& spec, const LaunchOptions& options = tcg()) {
  return command_line(spec, descriptors(), options);
}

// The values given to one option, in order.
std::vector<std::string> values(const std::vector<std::string>& words, const std::string& option) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at + 1 < words.size(); ++at) {
    if (words[at] == option) found.push_back(words[at + 1]);
  }
  return found;
}

ErrorKind refusal(const MachineSpec& spec) {
  const Status status = check_spec(spec, a_dir());
  EXPECT_FALSE(status);
  return status ? ErrorKind::Failed : status.error().kind;
}

TEST(CommandLine, TheDiskStopsTheGuestWhenItFailsAndItsFormatIsGiven) {
  const auto words = line(a_spec());
  EXPECT_THAT(values(words, "-blockdev"), Contains(StartsWith("{\"driver\":\"raw\",")));
  EXPECT_THAT(values(words, "-device"), Contains(HasSubstr("werror=stop,rerror=stop,discard=off")));
  EXPECT_THAT(values(words, "-blockdev"), Contains(HasSubstr("cache.no-flush=off")));
}

TEST(CommandLine, ADeviceNodeAndAFileTakeTheirOwnDrivers) {
  MachineSpec spec = a_spec();
  EXPECT_THAT(values(line(spec), "-blockdev"), Contains(StartsWith("driver=host_device,")));
  spec.disk_node = "/s/rootfs.qcow2";
  spec.disk_format = "qcow2";
  EXPECT_THAT(values(line(spec), "-blockdev"), Contains(StartsWith("driver=file,")));
  EXPECT_THAT(values(line(spec), "-blockdev"), Contains(StartsWith("{\"driver\":\"qcow2\",")));
}

TEST(CommandLine, ADeviceIsWrittenPastThePageCacheSoThatNoRefusedWriteWasTakenBefore) {
  MachineSpec spec = a_spec();
  EXPECT_THAT(values(line(spec), "-blockdev"), Contains(HasSubstr("cache.direct=on")));
  spec.disk_node = "/s/rootfs.qcow2";  // what can hold it, may know no O_DIRECT
  EXPECT_THAT(values(line(spec), "-blockdev"), Contains(HasSubstr("cache.direct=off")));
}

TEST(CommandLine, ASavedGuestIsLoadedPausedOverAPrivateMappingOfItsImage) {
  VmmDescriptors at = descriptors();
  at.image = 11;
  at.state = 12;
  MachineSpec spec = a_spec();
  spec.saved = SavedGuest{"id", "/p/state", "/p/memory"};
  const auto words = command_line(spec, at, tcg());
  EXPECT_THAT(values(words, "-object"),
              Contains("memory-backend-file,id=ram,size=268435456,share=off,mem-path=/proc/self/fd/11"));
  EXPECT_THAT(values(words, "-incoming"), Contains("fd:12"));
  EXPECT_THAT(words, Contains("-S"));
  EXPECT_THAT(line(a_spec()), Not(Contains("-S")));
}

TEST(CommandLine, TheBaseOfAnOverlayIsHandedOverAndOnlyRead) {
  VmmDescriptors at = descriptors();
  at.base = 11;
  MachineSpec spec = a_spec();
  spec.disk_node = "/s/rootfs.qcow2";
  spec.disk_format = "qcow2";
  const auto words = command_line(spec, at, tcg());
  EXPECT_THAT(values(words, "-add-fd"), Contains("fd=11,set=11"));
  EXPECT_THAT(values(words, "-blockdev"), Contains(AllOf(HasSubstr("\"node-name\":\"base\""), HasSubstr("/dev/fdset/11"),
                                                         HasSubstr("\"read-only\":true"))));
  EXPECT_THAT(values(words, "-blockdev"), Contains(HasSubstr("\"backing\":\"base\"")));
}

TEST(CommandLine, TheGuestMemoryIsSharedAndExactlyAsDeclared) {
  const auto words = line(a_spec());
  EXPECT_THAT(values(words, "-object"), Contains("memory-backend-memfd,id=ram,size=268435456,share=on"));
  EXPECT_THAT(values(words, "-m"), Contains("size=268435456B"));
}

TEST(CommandLine, TheCpuFollowsTheAccelerator) {
  LaunchOptions options = tcg();
  EXPECT_THAT(values(line(a_spec(), options), "-cpu"), Contains("max"));
  EXPECT_THAT(values(line(a_spec(), options), "-accel"), Contains("tcg,tb-size=128"));
  options.tcg_threads = TcgThreads::Single;
  EXPECT_THAT(values(line(a_spec(), options), "-accel"), Contains("tcg,tb-size=128,thread=single"));
  options.accelerator = "kvm";
  EXPECT_THAT(values(line(a_spec(), options), "-accel"), Contains("kvm"));
  EXPECT_THAT(values(line(a_spec(), options), "-cpu"), Contains("host"));
}

TEST(CommandLine, EveryMachineHasTheGuestAgentsPortAndTwoMonitorsAndItsEvents) {
  const auto words = line(a_spec());
  EXPECT_THAT(values(words, "-device"), Contains(HasSubstr("name=org.qemu.guest_agent.0")));
  EXPECT_EQ(values(words, "-mon").size(), 3U);
  EXPECT_THAT(values(words, "-chardev"), Contains("stdio,id=events,signal=off"));
  EXPECT_THAT(words, Contains("-no-reboot"));
}

TEST(CommandLine, ANetworkOnlyWhenAskedFor) {
  MachineSpec spec = a_spec();
  EXPECT_THAT(line(spec), Not(Contains("-netdev")));
  spec.network = GuestNetwork::User;
  EXPECT_THAT(values(line(spec), "-netdev"), Contains("user,id=net"));
}

TEST(CommandLine, TheSandboxIsLeftOutWhereTheKernelHasNoFilters) {
  LaunchOptions options = tcg();
  EXPECT_THAT(line(a_spec(), options), Contains("-sandbox"));
  options.confinement = Confinement::None;
  EXPECT_THAT(line(a_spec(), options), Not(Contains("-sandbox")));
}

TEST(CommandLine, NoPathOfTheHostIsNamedSoThatTheUserOfTheVmmNeedReachNone) {
  MachineSpec spec = a_spec();
  spec.disk_node = "/s/rootfs.qcow2";
  const auto words = line(spec);
  for (const std::string& path : {spec.disk_node, spec.kernel, spec.initrd, spec.serial_log, a_dir().path()}) {
    EXPECT_THAT(words, Not(Contains(HasSubstr(path))));
  }
  EXPECT_THAT(values(words, "-kernel"), Contains("/proc/self/fd/4"));
  EXPECT_THAT(values(words, "-initrd"), Contains("/proc/self/fd/5"));
  EXPECT_THAT(values(words, "-chardev"), Contains(HasSubstr("logfile=/dev/fdset/6,")));
}

TEST(KernelArguments, TheRootIsGivenUnlessTheTemplateNamesOne) {
  MachineSpec spec = a_spec();
  EXPECT_EQ(kernel_arguments(spec, tcg()), "root=/dev/vda rw reboot=t cowherd.sandbox=web console=ttyS0");
  spec.boot_args = {"console=ttyS0 root=/dev/vda1 ro"};
  EXPECT_EQ(kernel_arguments(spec, tcg()), "reboot=t cowherd.sandbox=web console=ttyS0 root=/dev/vda1 ro");
  spec.boot_args = {"nfsroot=1", "reboot=k"};
  EXPECT_EQ(kernel_arguments(spec, tcg()), "root=/dev/vda rw cowherd.sandbox=web nfsroot=1 reboot=k");
}

TEST(KernelArguments, AGuestUnderTcgIsToldTheRateOfItsCounterUnlessItsTemplateDoes) {
  MachineSpec spec = a_spec();
  LaunchOptions options = tcg();
  options.tsc_khz = 2'600'000;
  EXPECT_THAT(kernel_arguments(spec, options), HasSubstr(" tsc_early_khz=2600000 "));
  spec.boot_args = {"tsc_early_khz=1000000"};
  EXPECT_THAT(kernel_arguments(spec, options), Not(HasSubstr("2600000")));
}

TEST(CheckSpec, AWholeSpecIsTaken) { EXPECT_TRUE(check_spec(a_spec(), a_dir())); }

TEST(CheckSpec, RelativePathsAreRefused) {
  MachineSpec spec = a_spec();
  spec.disk_node = "disk";
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
  spec = a_spec();
  spec.kernel = "";
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
  spec = a_spec();
  spec.initrd = "-append";
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
}

TEST(CheckSpec, AFormatIsNeverProbed) {
  MachineSpec spec = a_spec();
  spec.disk_format = "";
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
  spec.disk_format = "raw,file.driver=nbd";
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
}

TEST(CheckSpec, CountsAndSizesHaveLimits) {
  MachineSpec spec = a_spec();
  spec.vcpus = 0;
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
  spec = a_spec();
  spec.memory = Bytes{100'000'001};
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
  spec = a_spec();
  spec.boot_args = {std::string(3000, 'x')};
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
  spec = a_spec();
  spec.boot_args = {"a\nb"};
  EXPECT_EQ(refusal(spec), ErrorKind::Invalid);
}

TEST(CheckSpec, ARuntimeDirectoryTooDeepForASocketIsRefusedWithTheWayOut) {
  const RuntimeDir deep("/" + std::string(100, 'd'), a_spec().uid);
  const Status status = check_spec(a_spec(), deep);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::Invalid);
  EXPECT_THAT(status.error().hint, HasSubstr("XDG_RUNTIME_DIR"));
}

}  // namespace
}  // namespace cowherd
