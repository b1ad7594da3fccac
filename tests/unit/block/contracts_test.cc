// SPDX-License-Identifier: Apache-2.0
// The fakes keep the contracts of the block seams; so does the real qemu-img (the kernel's own are tested in
// tests/kernel).
#include "resources/block/qemu_img/qemu_image_tools.h"
#include "resources/files/linux_file_system.h"
#include "tests/contract/device_mapper_contract.h"
#include "tests/contract/disk_driver_contract.h"
#include "tests/contract/dm_store_contract.h"
#include "tests/contract/loop_devices_contract.h"
#include "tests/contract/temporary_directory.h"
#include "tests/unit/block/fake_beds.h"

namespace cowherd::testing {
namespace {

class FakeDmDriverBed final : public DiskDriverBed {
 public:
  DiskDriver& driver() override { return driver_; }
  FileSystem& files() override { return host_.files; }
  std::string root() const override { return "/state"; }
  DiskDriverKind kind() const override { return DiskDriverKind::DmSnapshot; }

 private:
  FakeHost host_{};
  DmSnapshotDriver driver_{host_.dm, host_.loops, host_.files, host_.parts, "0123abcd"};
};

class FakeQcow2DriverBed final : public DiskDriverBed {
 public:
  DiskDriver& driver() override { return driver_; }
  FileSystem& files() override { return host_.files; }
  std::string root() const override { return "/state"; }
  DiskDriverKind kind() const override { return DiskDriverKind::Qcow2; }

 private:
  FakeHost host_{};
  Qcow2Driver driver_{host_.images, host_.files};
};

class RealQcow2DriverBed final : public DiskDriverBed {
 public:
  DiskDriver& driver() override { return driver_; }
  FileSystem& files() override { return files_; }
  std::string root() const override { return directory_.path(); }
  DiskDriverKind kind() const override { return DiskDriverKind::Qcow2; }

 private:
  TemporaryDirectory directory_{};
  LinuxFileSystem files_{};
  QemuImageTools images_{};
  Qcow2Driver driver_{images_, files_};
};

template <class Base, class Bed>
std::unique_ptr<Base> make() {
  return std::make_unique<Bed>();
}

INSTANTIATE_TEST_SUITE_P(Fake, DeviceMapperContract, ::testing::Values(make<BlockBed, FakeBlockBed>));
INSTANTIATE_TEST_SUITE_P(Fake, LoopDevicesContract, ::testing::Values(make<BlockBed, FakeBlockBed>));
INSTANTIATE_TEST_SUITE_P(FakeDmSnapshot, DiskDriverContract,
                         ::testing::Values(make<DiskDriverBed, FakeDmDriverBed>));
INSTANTIATE_TEST_SUITE_P(FakeDmSnapshot, DmStoreContract, ::testing::Values(make<DiskDriverBed, FakeDmDriverBed>));
INSTANTIATE_TEST_SUITE_P(FakeQcow2, DiskDriverContract,
                         ::testing::Values(make<DiskDriverBed, FakeQcow2DriverBed>));
INSTANTIATE_TEST_SUITE_P(RealQcow2, DiskDriverContract,
                         ::testing::Values(make<DiskDriverBed, RealQcow2DriverBed>));

}  // namespace
}  // namespace cowherd::testing
