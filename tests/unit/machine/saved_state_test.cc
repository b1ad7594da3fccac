// SPDX-License-Identifier: Apache-2.0
// What is written down about a VM and its state, and read again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "resources/files/linux_file_system.h"
#include "resources/machine/qemu/device_state.h"
#include "resources/machine/qemu/machine_build.h"
#include "resources/machine/qemu/runtime_record.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

struct DeviceState : ::testing::Test {
  TemporaryDirectory dir{};
  std::string path = dir / "state";
  MachineShape shape{2, 128_MiB, GuestNetwork::User};
  const std::string state{"QEVM\0\n\n with lines of its own\n", 32};

  void write(const std::string& bytes) { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }
  std::string sealed() {
    write(state);
    EXPECT_TRUE(seal_device_state(path, shape));
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  ErrorKind refusal() {
    const Result<UniqueFd> opened = open_device_state(path, shape);
    EXPECT_FALSE(opened);
    return opened ? ErrorKind::Failed : opened.error().kind;
  }
};

TEST_F(DeviceState, IsReadFromItsBeginningWithoutTheLineOfOurs) {
  sealed();
  const Result<UniqueFd> opened = open_device_state(path, shape);
  ASSERT_TRUE(opened) << to_string(opened.error());
  std::string bytes(state.size() + 10, '?');
  EXPECT_EQ(::read(opened->get(), bytes.data(), bytes.size()), static_cast<ssize_t>(state.size()));
  EXPECT_EQ(bytes.substr(0, state.size()), state);
}

TEST_F(DeviceState, AnyByteChangedOrMissingIsCorrupt) {
  const std::string whole = sealed();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    write(changed);
    EXPECT_EQ(refusal(), ErrorKind::Corrupt) << "changed at " << at;
    write(whole.substr(0, at));
    EXPECT_EQ(refusal(), ErrorKind::Corrupt) << "cut at " << at;
  }
  write(whole + "\n");
  EXPECT_EQ(refusal(), ErrorKind::Corrupt);
}

TEST_F(DeviceState, OfAnotherShapeIsCorrupt) {
  sealed();
  const MachineShape same = shape;
  shape.vcpus = 1;
  EXPECT_EQ(refusal(), ErrorKind::Corrupt);
  shape = same;
  shape.memory = 256_MiB;
  EXPECT_EQ(refusal(), ErrorKind::Corrupt);
  shape = same;
  shape.network = GuestNetwork::None;
  EXPECT_EQ(refusal(), ErrorKind::Corrupt);
}

TEST_F(DeviceState, ThatIsAbsentOrEmptyIsCorruptAndNotSealed) {
  EXPECT_EQ(refusal(), ErrorKind::Corrupt);
  write("");
  EXPECT_EQ(refusal(), ErrorKind::Corrupt);
  EXPECT_FALSE(seal_device_state(path, shape));
}

VmRecord a_record() {
  VmRecord record;
  record.uid = Uid::from_random({0xab});
  record.process.pid = 812;
  record.process.boot_id = "boot";
  record.network = GuestNetwork::User;
  record.build = MachineBuild{"QEMU 7.2", "microvm-1", "max", "tcg", "abcd"};
  record.image = LoadedImage{"generation", "/p/memory", 77, ImageCopy{ImageCopy::How::Reflinked, 64_MiB}};
  record.group = VmmGroup{GroupKind::Scope, "/sys/fs/cgroup/a.slice", {"a.scope", 2, 512_MiB, 130}};
  return record;
}

TEST(VmRecord, IsReadAsItWasPrinted) {
  EXPECT_EQ(parse_record(print_record(a_record())).value(), a_record());
  VmRecord whole = a_record();
  whole.image->copy.reset();
  whole.group.reset();
  whole.unbounded = "cgroup v2 is not mounted";
  EXPECT_EQ(parse_record(print_record(whole)).value(), whole);
  VmRecord booted = a_record();
  booted.image.reset();
  booted.build.reset();
  EXPECT_EQ(parse_record(print_record(booted)).value(), booted);
}

TEST(VmRecord, OfAVersionThatKeptNoGuestsIsStillRead) {
  VmRecord old = a_record();
  old.image.reset();
  old.build.reset();
  old.network = GuestNetwork::None;
  std::string text = print_record(old);
  const std::string network = "  \"network\": \"None\",\n";
  ASSERT_THAT(text, HasSubstr(network));
  text.erase(text.find(network), network.size());
  EXPECT_EQ(parse_record(text).value(), old);
}

TEST(MachineBuild, TheVersionIsQemusOwnWithItsPackage) {
  EXPECT_EQ(parse_version("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright (c)\n").value(),
            "QEMU 7.2.22 (Debian 1:7.2+dfsg-7)");
  EXPECT_FALSE(parse_version("QEMU emulator version "));
  EXPECT_FALSE(parse_version("bash: no such command"));
}

TEST(MachineBuild, ProcessorFeaturesAreThoseThatDoNotChangeWhileItRuns) {
  const std::string one =
      "processor\t: 0\nvendor_id\t: X\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Y\nstepping\t: 7\n"
      "microcode\t: 0x1\ncpu MHz\t\t: 2600.1\nflags\t\t: fpu sse\nbogomips\t: 5200\n";
  const std::string features = processor_features(one + "\nprocessor\t: 1\nflags\t\t: other\n");
  EXPECT_EQ(features, "vendor_id\t: X\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Y\nstepping\t: 7\nflags\t\t: fpu sse\n");
}

TEST(MachineBuild, AnAbsentQemuIsAFailureAndNotAnAbsentVm) {
  LinuxFileSystem files;
  MachineBuilds builds(files, "");
  EXPECT_EQ(builds.build("/nonexistent/qemu", "tcg").error().kind, ErrorKind::Failed);
}

// A program that answers as QEMU does and notes down that it was asked.
class KeptBuilds : public ::testing::Test {
 protected:
  KeptBuilds() {
    std::filesystem::create_directory(dir_ / "firmware");
    std::ofstream(dir_ / "firmware/bios-microvm.bin") << "one";
    std::ofstream(binary_) << "#!/bin/sh\necho asked >>" << (dir_ / "asked") << "\n"
                           << "case $1 in --version) echo QEMU emulator version 9 ;; *) echo " << dir_ / "firmware" << " ;; esac\n";
    std::filesystem::permissions(binary_, std::filesystem::perms::owner_all);
  }
  std::string firmware() {
    MachineBuilds builds(files_, dir_ / "cache");
    const Result<MachineBuild> build = builds.build(binary_, "tcg");
    EXPECT_TRUE(build) << to_string(build.error());
    return build ? build->vmm + " " + build->firmware : "";
  }
  std::size_t asked() {
    std::ifstream file(dir_ / "asked");
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
  }
  TemporaryDirectory dir_{};
  LinuxFileSystem files_{};
  std::string binary_ = dir_ / "qemu";
};

TEST_F(KeptBuilds, AreNotAskedForAgainByTheNextProcess) {
  const std::string first = firmware();
  EXPECT_EQ(asked(), 2U);
  EXPECT_EQ(firmware(), first);
  EXPECT_EQ(asked(), 2U);
}

TEST_F(KeptBuilds, AreAskedForAgainWhenTheFirmwareIsAnother) {
  const std::string first = firmware();
  std::ofstream(dir_ / "firmware/bios-microvm.bin") << "another";
  EXPECT_NE(firmware(), first);
  EXPECT_EQ(asked(), 4U);
}

TEST_F(KeptBuilds, ThatAreDamagedAreAskedForAgain) {
  const std::string first = firmware();
  for (const auto& file : std::filesystem::directory_iterator(dir_ / "cache")) std::ofstream(file.path()) << "{}";
  EXPECT_EQ(firmware(), first);
  EXPECT_EQ(asked(), 4U);
}

}  // namespace
}  // namespace cowherd::testing
