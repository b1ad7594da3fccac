// SPDX-License-Identifier: Apache-2.0
// Loop devices as a model over the fake file system: a loop lives while handles or device-mapper tables hold
// it and vanishes with the last one, as AUTOCLEAR does. A daemon that dies (SimulatedDeath) drops its handles
// on the way, as exit does. Each LoopDevices call is one host call of Faults. One thread only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/block/loop_devices.h"
#include "tests/fakes/fake_file_system.h"

namespace cowherd::testing {

class FakeLoopDevices final : public LoopDevices {
 public:
  FakeLoopDevices(FakeFileSystem& files, Faults& faults) : files_(files), faults_(faults) {}

  Result<std::vector<LoopDevice>> list() override;
  Result<std::unique_ptr<LoopHandle>> attach(const std::string& file, LoopAccess access) override;
  Status refresh_size(DeviceNumber device) override;

  // --- the world's hand
  // Every loop is gone; handles that still exist hold nothing.
  void lose_power() { loops_.clear(); }
  // Every call is answered with this, until it is taken back.
  void refuse(std::optional<Error> why) { refusal_ = std::move(why); }
  // A loop somebody else attached; it stays until the power goes.
  DeviceNumber add_foreign(const std::string& file, LoopAccess access);

  // --- what a test asks
  int count() const { return static_cast<int>(loops_.size()); }

  // --- for the fake device-mapper, no host calls of their own
  const LoopDevice* find(DeviceNumber device) const;
  void hold(DeviceNumber device) { loops_.at(device.minor).holders += 1; }
  void release(DeviceNumber device);
  // The front of the backing file, as far as it holds data.
  std::string front_of(DeviceNumber device) const;
  // How much of the backing file holds data; and more of it, which is not taken when the file system is full.
  Bytes data_of(DeviceNumber device) const;
  bool append(DeviceNumber device, std::string_view bytes);
  // Over the front of the backing file, as the kernel writes to a store's header.
  void write_front(DeviceNumber device, std::size_t offset, std::string_view bytes);

 private:
  struct Loop {
    LoopDevice loop{};
    std::string file{};
    int holders = 0;
    int life = 0;  // which attachment of this number it is
  };
  class Handle;

  unsigned add(const std::string& file, const FileStamp& stamp, LoopAccess access);

  FakeFileSystem& files_;
  Faults& faults_;
  std::map<unsigned, Loop> loops_{};
  std::optional<Error> refusal_{};
  int lives_ = 0;
};

}  // namespace cowherd::testing
