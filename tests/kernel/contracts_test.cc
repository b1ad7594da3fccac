// SPDX-License-Identifier: Apache-2.0
// The kernel keeps the contracts that the fakes keep (tests/unit/block).
#include "tests/contract/device_mapper_contract.h"
#include "tests/contract/disk_driver_contract.h"
#include "tests/contract/dm_store_contract.h"
#include "tests/contract/loop_devices_contract.h"
#include "tests/kernel/kernel_bed.h"

namespace cowherd::testing {
namespace {

class KernelDiskBed final : public DiskDriverBed {
 public:
  DiskDriver& driver() override { return driver_; }
  FileSystem& files() override { return host_.files; }
  std::string root() const override { return host_.directory.path(); }
  DiskDriverKind kind() const override { return DiskDriverKind::DmSnapshot; }

 private:
  KernelHost host_{};
  DmSnapshotDriver driver_{host_.dm, host_.loops, host_.files, host_.parts, kDirectory};
};

template <class Base, class Bed>
std::unique_ptr<Base> make() {
  return std::make_unique<Bed>();
}

INSTANTIATE_TEST_SUITE_P(Kernel, DeviceMapperContract, ::testing::Values(make<BlockBed, KernelBlockBed>));
INSTANTIATE_TEST_SUITE_P(Kernel, LoopDevicesContract, ::testing::Values(make<BlockBed, KernelBlockBed>));
INSTANTIATE_TEST_SUITE_P(KernelDmSnapshot, DiskDriverContract,
                         ::testing::Values(make<DiskDriverBed, KernelDiskBed>));

INSTANTIATE_TEST_SUITE_P(KernelDmSnapshot, DmStoreContract,
                         ::testing::Values(make<DiskDriverBed, KernelDiskBed>));

}  // namespace
}  // namespace cowherd::testing
