// SPDX-License-Identifier: Apache-2.0
// The kernel itself as a bed for the contracts, and disks on it. Runs as root in a kernel that nobody else uses
// (examples/in-uml): a test ends only when no device and no loop is left.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "resources/block/dm_snapshot_disk.h"
#include "resources/block/kernel/kernel_device_mapper.h"
#include "resources/block/kernel/kernel_loop_devices.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"
#include "resources/files/unique_fd.h"
#include "tests/contract/block_bed.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {

inline constexpr const char* kDirectory = "0123abcd";  // dir8 of the state directory of these tests

struct KernelHost {
  TemporaryDirectory directory{};
  LinuxFileSystem files{};
  LinuxFileParts parts{};
  KernelDeviceMapper dm{};
  KernelLoopDevices loops{};
};

class KernelBlockBed final : public BlockBed {
 public:
  DeviceMapper& dm() override { return host_.dm; }
  LoopDevices& loops() override { return host_.loops; }
  FileSystem& files() override { return host_.files; }
  std::string root() const override { return host_.directory.path(); }
  std::shared_ptr<void> open_node(const std::string& node) override;

 private:
  KernelHost host_{};
};

// A device node or file, open past all caches. Offsets and sizes are multiples of 512 bytes.
class DirectFile {
 public:
  explicit DirectFile(const std::string& path);
  Result<std::string> read(Bytes offset, Bytes count) const;
  Status write(Bytes offset, std::string_view data) const;

 private:
  std::string path_;
  UniqueFd fd_;
};

// Bytes that differ from seed to seed and from block to block.
std::string noise(Bytes count, unsigned seed);

// What a disk must hold: the image, zeroes behind it, and what was written since.
class ExpectedContent {
 public:
  ExpectedContent(std::string image, Bytes size) : content_(std::move(image)) { content_.resize(size.value); }
  void write(Bytes offset, std::string_view data) { content_.replace(offset.value, data.size(), data); }
  void grow(Bytes size) { content_.resize(size.value); }
  const std::string& content() const { return content_; }

 private:
  std::string content_;
};

// Sandbox disks in the kernel.
class KernelDisks : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // The plan of a disk on the shared image, of which the first digit of the uid is told; its directory is made.
  DiskPlan plan(char digit, Bytes size = 4_MiB);
  DiskPlan created(char digit, Bytes size = 4_MiB);
  DiskPlan activated(char digit, Bytes size = 4_MiB);
  DiskState seen(const DiskPlan& disk);
  ExpectedContent untouched(Bytes size = 4_MiB) const { return {image_, size}; }
  // Through the device, past all caches.
  std::string content(const DiskPlan& disk);
  // To the device and to what is expected of it.
  void write(const DiskPlan& disk, ExpectedContent& expected, Bytes offset, const std::string& data);
  std::vector<DmDevice> devices();
  std::vector<LoopDevice> attached();
  std::string path(const std::string& name) const { return host_.directory / name; }

  KernelHost host_{};
  DmSnapshotDriver driver_{host_.dm, host_.loops, host_.files, host_.parts, kDirectory};
  std::string image_ = noise(3_MiB, 1);
  std::vector<DiskPlan> plans_{};
};

}  // namespace cowherd::testing
