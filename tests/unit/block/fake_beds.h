// SPDX-License-Identifier: Apache-2.0
// A host of fakes with an empty directory /state.
#pragma once

#include "resources/block/dm_snapshot_disk.h"
#include "resources/block/qcow2_disk.h"
#include "tests/contract/block_bed.h"
#include "tests/fakes/fake_device_mapper.h"
#include "tests/fakes/fake_file_parts.h"
#include "tests/fakes/fake_image_tools.h"

namespace cowherd::testing {

struct FakeHost {
  FakeHost() { files.put_directory("/state"); }
  Faults faults{};
  FakeFileSystem files{faults};
  FakeFileParts parts{files, faults};
  FakeLoopDevices loops{files, faults};
  FakeDeviceMapper dm{loops, faults};
  FakeImageTools images{files, faults};
};

class FakeBlockBed final : public BlockBed {
 public:
  DeviceMapper& dm() override { return host_.dm; }
  LoopDevices& loops() override { return host_.loops; }
  FileSystem& files() override { return host_.files; }
  std::string root() const override { return "/state"; }
  std::shared_ptr<void> open_node(const std::string& node) override {
    host_.dm.hold(node, 1);
    return std::shared_ptr<void>(this, [this, node](void*) { host_.dm.hold(node, -1); });
  }

 private:
  FakeHost host_{};
};

}  // namespace cowherd::testing
