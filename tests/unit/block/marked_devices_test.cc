// SPDX-License-Identifier: Apache-2.0
// What a device that carries the mark stands on, where no disk explains it: read from its table, through other devices
// and loops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "resources/block/host_disks.h"
#include "tests/unit/block/fake_beds.h"

namespace cowherd::testing {
namespace {

using ::testing::UnorderedElementsAre;

class MarkedDevices : public ::testing::Test {
 protected:
  MarkedDevices() {
    host_.files.put("/state/base.ext4", std::string(8192, 'b'));
    host_.files.put_directory("/state/web");
    disk_.uid = *Uid::make(std::string(32, 'a'));
    disk_.driver = DiskDriverKind::DmSnapshot;
    disk_.directory = "/state/web";
    disk_.base_image = "/state/base.ext4";
    disk_.size = 64_KiB;  // larger than the image: a "-base" device stands between
    EXPECT_TRUE(disks_.driver(disk_.driver).create(disk_));
    EXPECT_TRUE(disks_.driver(disk_.driver).activate(disk_));
  }
  const MarkedDevice* marked(const DisksSeen& seen, const std::string& role) {
    for (const MarkedDevice& device : *seen.marked) {
      if (device.role == role) return &device;
    }
    return nullptr;
  }
  FileId id_of(const std::string& path) { return host_.files.stat(path)->id; }

  FakeHost host_{};
  HostDisks disks_{host_.dm, host_.loops, host_.files, host_.parts, host_.images, "01020304", DiskDriverKind::DmSnapshot};
  DiskPlan disk_{};
};

TEST_F(MarkedDevices, ThatNoDiskExplainsAreFollowedToTheirFiles) {
  const DisksSeen seen = disks_.look({});
  ASSERT_TRUE(seen.marked.known());
  const MarkedDevice* root = marked(seen, "root");
  ASSERT_NE(root, nullptr);
  ASSERT_TRUE(root->files.known());
  EXPECT_THAT(*root->files, UnorderedElementsAre(id_of("/state/base.ext4"), id_of("/state/web/rootfs.cow")));
  EXPECT_THAT(*marked(seen, "base")->files, UnorderedElementsAre(id_of("/state/base.ext4")));
}

TEST_F(MarkedDevices, ThatAreAsTheirDiskSaysAreNotFollowedOnceMore) {
  const DisksSeen seen = disks_.look({disk_});
  ASSERT_EQ(seen.disks.at(disk_.uid)->fault, DiskFault::None);
  EXPECT_TRUE(marked(seen, "root")->files.absent());
}

TEST_F(MarkedDevices, ThatStandOnAnotherImageThanTheirDiskSaysAreFollowed) {
  host_.files.put("/state/other.ext4", std::string(8192, 'o'));
  disk_.base_image = "/state/other.ext4";
  const DisksSeen seen = disks_.look({disk_});
  ASSERT_EQ(seen.disks.at(disk_.uid)->fault, DiskFault::Mismatch);
  EXPECT_THAT(*marked(seen, "base")->files, UnorderedElementsAre(id_of("/state/base.ext4")));
}

}  // namespace
}  // namespace cowherd::testing
