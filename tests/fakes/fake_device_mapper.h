// SPDX-License-Identifier: Apache-2.0
// Device-mapper as a model: names and uuids are unique, a table holds the loops and devices it names, a
// device goes only when nobody has it open or stands on it. create() is three host calls (create, load,
// resume), so that a death in between leaves a device without a table, as it does on a real host. One thread
// only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/block/device_mapper.h"
#include "tests/fakes/fake_loop_devices.h"

namespace cowherd::testing {

class FakeDeviceMapper final : public DeviceMapper {
 public:
  FakeDeviceMapper(FakeLoopDevices& loops, Faults& faults) : loops_(loops), faults_(faults) {}

  Result<std::vector<std::string>> targets() override;
  Result<std::vector<DmDevice>> list() override;
  Result<DmDeviceDetail> look(const std::string& name) override;
  Status create(const std::string& name, const std::string& uuid, const DmTable& table) override;
  Status remove(const std::string& name) override;
  Status suspend(const std::string& name) override;
  Status resume(const std::string& name) override;
  std::string node_of(const DmDevice& device) const override;

  // --- the world's hand
  // Every device is gone, whoever had it open. The loops go by their own lose_power().
  void lose_power() { devices_.clear(); }
  // Every call is answered with this, until it is taken back: NotFound is a kernel without device-mapper.
  void refuse(std::optional<Error> why) { refusal_ = std::move(why); }
  void set_targets(std::vector<std::string> targets) { targets_ = std::move(targets); }
  // The next so many removals are Busy, as when udev probes a device.
  void busy_removals(int times) { busy_removals_ = times; }
  // A device somebody else made; without a table it stands on nothing.
  void add_foreign(const std::string& name, const std::string& uuid, const DmTable& table = {});
  // A VM opens (+1) or closes (-1) the node. Precondition: it exists.
  void hold(const std::string& node, int delta);
  // A guest writes to chunks for the first time. False: the store is full then, or given up because the host is.
  bool write(const std::string& node, const std::string& text);
  // What the kernel reports of a snapshot from now on ("Overflow", "Invalid", "32/64 16").
  void set_status(const std::string& name, const std::string& text) { devices_.at(name).status = text; }
  // The kernel gives the store of a snapshot up, as when the host file system is full: in its status and in the header.
  void give_up(const std::string& name);
  // The device loses its table or is suspended, as an interrupted program leaves it.
  void unload(const std::string& name);
  void freeze(const std::string& name) { devices_.at(name).device.suspended = true; }

  // --- what a test asks
  std::vector<std::string> names() const;
  bool exists(const std::string& name) const { return devices_.contains(name); }
  DmTable table_of(const std::string& name) const { return devices_.at(name).table; }

 private:
  struct Device {
    DmDevice device{};
    DmTable table{};
    std::string status{};
  };

  Status permitted(const std::string& doing) const;
  Result<Device*> find(const std::string& name, const std::string& doing);
  Device* find(DeviceNumber number);
  Status load(const std::string& name, const DmTable& table);
  Status can_stand_on(const DmTable& table);
  void hold_all(const DmTable& table, int delta);
  std::string fresh_status(const DmTable& table) const;
  // As it is now: a store's size is that of its loop at this moment.
  std::string status_of(const Device& device) const;
  void drop(const std::string& name);

  FakeLoopDevices& loops_;
  Faults& faults_;
  std::map<std::string, Device> devices_{};
  std::vector<std::string> targets_{"linear", "snapshot", "zero"};
  std::optional<Error> refusal_{};
  int busy_removals_ = 0;
};

}  // namespace cowherd::testing
