// SPDX-License-Identifier: Apache-2.0
// Devices and loops of others, also those that look like ours, are as they were after everything we do.
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tests/kernel/kernel_bed.h"

namespace cowherd::testing {
namespace {

const DmTable kZeroes{{Sectors{0}, Sectors{8192}, ZeroTarget{}}};

class ForeignDevices : public KernelDisks {
 protected:
  void TearDown() override {
    for (auto name = made_.rbegin(); name != made_.rend(); ++name)
      EXPECT_THAT(host_.dm.remove(*name), Succeeds());
    for (const std::string& node : looped_) {
      const UniqueFd fd(::open(node.c_str(), O_RDWR | O_CLOEXEC));
      EXPECT_EQ(::ioctl(fd.get(), LOOP_CLR_FD, 0), 0) << std::strerror(errno);
    }
    KernelDisks::TearDown();
  }

  void make(const std::string& name, const std::string& uuid, const DmTable& table = kZeroes) {
    ASSERT_THAT(host_.dm.create(name, uuid, table), Succeeds());
    made_.push_back(name);
  }
  // A loop as losetup makes it: it stays until somebody detaches it.
  void attach(const std::string& file, std::uint64_t offset, std::uint32_t flags) {
    const UniqueFd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    const std::string node = "/dev/loop" + std::to_string(::ioctl(control.get(), LOOP_CTL_GET_FREE));
    const UniqueFd backing(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    const UniqueFd fd(::open(node.c_str(), O_RDWR | O_CLOEXEC));
    loop_config config{};
    config.fd = static_cast<__u32>(backing.get());
    config.info.lo_offset = offset;
    config.info.lo_flags = flags;
    ASSERT_EQ(::ioctl(fd.get(), LOOP_CONFIGURE, &config), 0) << std::strerror(errno);
    looped_.push_back(node);
  }
  void go_through_a_life(const DiskPlan& disk) {
    EXPECT_THAT(driver_.create(disk), Succeeds());
    EXPECT_THAT(driver_.activate(disk), Succeeds());
    EXPECT_TRUE(seen(disk).active) << seen(disk).detail;
    EXPECT_EQ(driver_.deactivate(disk).value(), Effect::Changed);
  }
  DmDeviceDetail detail(const std::string& name) { return host_.dm.look(name).value_or(DmDeviceDetail{}); }

  std::vector<std::string> made_{};
  std::vector<std::string> looped_{};
};

TEST_F(ForeignDevices, AreAsTheyWereAfterTheLifeOfADisk) {
  const std::string uid(32, '1');
  make("vg-data", "LVM-abcdef");
  make("no-uuid", "");
  make("with space and \\x41", "T-strange");
  make("cowherd-222222222222-root", "");
  make("other-directory", "COWHERD-ffffffff-" + uid + "-root");
  make("other-role", "COWHERD-0123abcd-" + uid + "-disk");
  make("longer", "COWHERD-0123abcd-" + uid + "-root-1");
  make("lower", "cowherd-0123abcd-" + uid + "-root");
  const std::string file = path("foreign");
  ASSERT_THAT(host_.files.write(file, noise(1_MiB, 8)), Succeeds());
  attach(file, 4096, 0);
  const auto devices_before = devices();
  const auto loops_before = attached();
  go_through_a_life(plan('1'));
  EXPECT_EQ(devices(), devices_before);
  EXPECT_EQ(attached(), loops_before);
  EXPECT_EQ(detail("longer").table, kZeroes);
}

TEST_F(ForeignDevices, AreNotTakenForOursWhenDevicesAreListed) {
  const std::string uid(32, '1');
  make("other-directory", "COWHERD-ffffffff-" + uid + "-root");
  make("longer", "COWHERD-0123abcd-" + uid + "-root-1");
  make("cowherd-111111111111-root", "");
  const auto marked = driver_.marked_in(driver_.list());
  ASSERT_TRUE(marked.known());
  EXPECT_TRUE(marked->empty());
}

TEST_F(ForeignDevices, OneThatTookOurNameIsBusyAndStays) {
  for (const char* name : {"cowherd-111111111111-root", "cowherd-111111111111-base"}) {
    make(name, "");
    const DmDeviceDetail before = detail(name);
    const DiskPlan disk = created('1');
    EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Busy));
    EXPECT_EQ(driver_.deactivate(disk).value(), Effect::Unchanged);
    EXPECT_EQ(detail(name), before);
    EXPECT_TRUE(attached().empty());
    ASSERT_THAT(host_.dm.remove(name), Succeeds());
    made_.pop_back();
  }
}

TEST_F(ForeignDevices, OurMarkOnAnotherStoreIsCorruptAndStays) {
  const DiskPlan disk = created('1', 3_MiB);
  const DiskPlan other = created('2', 3_MiB);
  const auto image = host_.loops.attach(disk.base_image, LoopAccess::ReadOnly);
  const auto cow = host_.loops.attach(other.directory + "/rootfs.cow", LoopAccess::ReadWrite);
  ASSERT_TRUE(image && cow);
  make("stranger", dm_uuid({kDirectory, disk.uid, DmRole::Root}),
       root_table((*image)->loop().device, (*cow)->loop().device, Sectors{6144}));
  const DmDeviceDetail before = detail("stranger");
  EXPECT_EQ(seen(disk).fault, DiskFault::Mismatch);
  EXPECT_THAT(driver_.activate(disk), FailsWith(ErrorKind::Corrupt));
  EXPECT_THAT(driver_.deactivate(disk), FailsWith(ErrorKind::Corrupt));
  EXPECT_EQ(detail("stranger"), before);
  plans_.erase(plans_.begin());
}

TEST_F(ForeignDevices, ADeviceWhoseStoreLostItsNameIsCorruptAndStays) {
  const DiskPlan disk = activated('1');
  const std::string store = disk.directory + "/rootfs.cow";
  ASSERT_THAT(host_.files.rename(store, path("aside"), RenameMode::NoReplace), Succeeds());
  EXPECT_EQ(seen(disk).fault, DiskFault::Mismatch);
  EXPECT_THAT(driver_.deactivate(disk), FailsWith(ErrorKind::Corrupt));
  EXPECT_EQ(devices().size(), 2u);
  ASSERT_THAT(host_.files.rename(path("aside"), store, RenameMode::NoReplace), Succeeds());
  EXPECT_EQ(seen(disk).fault, DiskFault::None) << seen(disk).detail;
}

TEST_F(ForeignDevices, ALoopOnOurImageIsSharedWhenItIsReadOnlyAndWholeAndStays) {
  const DiskPlan disk = plan('1');
  attach(disk.base_image, 0, LO_FLAGS_READ_ONLY);
  const auto before = attached();
  go_through_a_life(disk);
  EXPECT_EQ(attached(), before);
}

TEST_F(ForeignDevices, ALoopOnAPartOfOurImageIsNotTakenForTheImage) {
  const DiskPlan disk = activated('2');
  ASSERT_THAT(driver_.deactivate(disk), Succeeds());
  attach(disk.base_image, 4096, LO_FLAGS_READ_ONLY);
  ASSERT_THAT(driver_.activate(disk), Succeeds());
  EXPECT_TRUE(content(disk) == untouched().content());
}

// A look must not flush or read through a device of others: a suspended one would hang it.
TEST_F(ForeignDevices, ASuspendedOneDelaysNobody) {
  make("suspended", "");
  ASSERT_THAT(host_.dm.suspend("suspended"), Succeeds());
  go_through_a_life(plan('1'));
  EXPECT_TRUE(detail("suspended").device.suspended);
}

}  // namespace
}  // namespace cowherd::testing
