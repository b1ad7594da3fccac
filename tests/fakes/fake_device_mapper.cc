// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_device_mapper.h"

#include <algorithm>
#include <cerrno>

#include "resources/block/exception_store.h"

namespace cowherd::testing {

namespace {

constexpr unsigned kDmMajor = 253;

// The devices a target stands on.
std::vector<DeviceNumber> below(const DmTarget& target) {
  if (const auto* linear = std::get_if<LinearTarget>(&target.what)) return {linear->device};
  if (const auto* snapshot = std::get_if<SnapshotTarget>(&target.what))
    return {snapshot->origin, snapshot->cow};
  return {};
}

bool is_contiguous(const DmTable& table) {
  std::uint64_t next = 0;
  for (const DmTarget& target : table) {
    if (target.start.value != next || target.length.value == 0) return false;
    next += target.length.value;
  }
  return next > 0;
}

tl::unexpected<Error> failed_with(int errno_value, const std::string& doing) {
  return fail(errno_error(errno_value, doing));
}

}  // namespace

Status FakeDeviceMapper::permitted(const std::string& doing) const {
  if (!refusal_) return {};
  Error error = *refusal_;
  error.message = doing + ": " + error.message;
  return fail(std::move(error));
}

Result<FakeDeviceMapper::Device*> FakeDeviceMapper::find(const std::string& name, const std::string& doing) {
  COWHERD_TRY(permitted(doing));
  const auto found = devices_.find(name);
  if (found == devices_.end()) return failed_with(ENXIO, doing);
  return &found->second;
}

FakeDeviceMapper::Device* FakeDeviceMapper::find(DeviceNumber number) {
  for (auto& [name, device] : devices_) {
    if (device.device.device == number) return &device;
  }
  return nullptr;
}

Result<std::vector<std::string>> FakeDeviceMapper::targets() {
  return faults_.call("dm.targets", [&]() -> Result<std::vector<std::string>> {
    COWHERD_TRY(permitted("list the targets of device-mapper"));
    return targets_;
  });
}

Result<std::vector<DmDevice>> FakeDeviceMapper::list() {
  return faults_.call("dm.list", [&]() -> Result<std::vector<DmDevice>> {
    COWHERD_TRY(permitted("list the device-mapper devices"));
    std::vector<DmDevice> all;
    for (const auto& [name, device] : devices_) all.push_back(device.device);
    return all;
  });
}

Result<DmDeviceDetail> FakeDeviceMapper::look(const std::string& name) {
  return faults_.call("dm.look " + name, [&]() -> Result<DmDeviceDetail> {
    COWHERD_ASSIGN(const Device* device, find(name, "look at device '" + name + "'"));
    DmDeviceDetail detail{device->device, device->table, {}};
    for (std::size_t i = 0; i < device->table.size(); ++i)
      detail.status.push_back(i == 0 ? status_of(*device) : "");
    return detail;
  });
}

Status FakeDeviceMapper::create(const std::string& name, const std::string& uuid, const DmTable& table) {
  const std::string doing = "create device '" + name + "'";
  Status made = faults_.call("dm.create " + name, [&]() -> Status {
    COWHERD_TRY(permitted(doing));
    for (const auto& [other, device] : devices_) {
      if (other == name || (!uuid.empty() && device.device.uuid == uuid)) return failed_with(EBUSY, doing);
    }
    unsigned minor = 0;
    while (find(DeviceNumber{kDmMajor, minor}) != nullptr) ++minor;
    devices_[name].device = DmDevice{name, uuid, {kDmMajor, minor}, 0, false, false};
    return {};
  });
  if (!made) return made;
  Status loaded = faults_.call("dm.load " + name, [&] { return load(name, table); });
  if (loaded)
    loaded = faults_.call("dm.resume " + name, [&]() -> Status {
      devices_.at(name).device.has_live_table = true;
      return {};
    });
  if (!loaded) drop(name);
  return loaded;
}

Status FakeDeviceMapper::load(const std::string& name, const DmTable& table) {
  const std::string doing = "load the table of device '" + name + "'";
  COWHERD_TRY(permitted(doing));
  if (!is_contiguous(table)) return failed_with(EINVAL, doing);
  COWHERD_TRY(can_stand_on(table).in(doing));
  devices_.at(name).table = table;
  devices_.at(name).status = fresh_status(table);
  hold_all(table, 1);
  return {};
}

Status FakeDeviceMapper::can_stand_on(const DmTable& table) {
  for (const DmTarget& target : table) {
    for (const DeviceNumber device : below(target)) {
      if (loops_.find(device) == nullptr && find(device) == nullptr) {
        return fail(ErrorKind::Failed, "open device " + to_string(device) + ": no such device");
      }
    }
    const auto* snapshot = std::get_if<SnapshotTarget>(&target.what);
    if (snapshot == nullptr) continue;
    const LoopDevice* cow = loops_.find(snapshot->cow);
    if (cow != nullptr && cow->access == LoopAccess::ReadOnly)
      return failed_with(EACCES, "write to the store");
    if (!read_store_header(loops_.front_of(snapshot->cow))) {
      return fail(ErrorKind::Failed, "read the store: no such device or address");
    }
    for (const auto& [name, other] : devices_) {
      for (const DmTarget& used : other.table) {
        const auto* theirs = std::get_if<SnapshotTarget>(&used.what);
        if (theirs != nullptr && theirs->cow == snapshot->cow) return failed_with(EINVAL, "share a store");
      }
    }
  }
  return {};
}

void FakeDeviceMapper::hold_all(const DmTable& table, int delta) {
  for (const DmTarget& target : table) {
    for (const DeviceNumber device : below(target)) {
      if (Device* stacked = find(device); stacked != nullptr) {
        stacked->device.open_count += delta;
      } else if (loops_.find(device) != nullptr) {
        delta > 0 ? loops_.hold(device) : loops_.release(device);
      }
    }
  }
}

std::string FakeDeviceMapper::fresh_status(const DmTable& table) const {
  const auto* snapshot = table.empty() ? nullptr : std::get_if<SnapshotTarget>(&table[0].what);
  if (snapshot == nullptr) return "";
  const auto header = read_store_header(loops_.front_of(snapshot->cow));
  if (header && *header == StoreHeader::Invalid) return "Invalid";
  return std::to_string(loops_.data_of(snapshot->cow).value / 512) + "/" +
         std::to_string(loops_.find(snapshot->cow)->size.value / 512) + " 16";
}

std::string FakeDeviceMapper::status_of(const Device& device) const {
  const auto* snapshot = device.table.empty() ? nullptr : std::get_if<SnapshotTarget>(&device.table[0].what);
  const SnapshotStatus status = parse_snapshot_status(device.status);
  const auto* usage = std::get_if<SnapshotUsage>(&status);
  const LoopDevice* cow = snapshot == nullptr ? nullptr : loops_.find(snapshot->cow);
  if (usage == nullptr || cow == nullptr) return device.status;
  return std::to_string(usage->used.value) + "/" + std::to_string(cow->size.value / 512) + " " +
         std::to_string(usage->metadata.value);
}

bool FakeDeviceMapper::write(const std::string& node, const std::string& text) {
  const auto written = std::find_if(devices_.begin(), devices_.end(), [&](const auto& entry) {
    return node_of(entry.second.device) == node && entry.second.device.has_live_table;
  });
  if (written == devices_.end()) return false;
  Device& device = written->second;
  const DeviceNumber cow = std::get<SnapshotTarget>(device.table.at(0).what).cow;
  if (std::holds_alternative<SnapshotFault>(parse_snapshot_status(device.status))) return false;
  std::string chunks = text;
  chunks.resize((text.size() + kChunk.value - 1) / kChunk.value * kChunk.value, '\0');
  if (loops_.data_of(cow) + Bytes{chunks.size()} > loops_.find(cow)->size) {
    device.status = "Overflow";
    return false;
  }
  if (!loops_.append(cow, chunks)) {
    give_up(written->first);
    return false;
  }
  device.status = fresh_status(device.table);
  return true;
}

void FakeDeviceMapper::give_up(const std::string& name) {
  Device& device = devices_.at(name);
  const auto& snapshot = std::get<SnapshotTarget>(device.table.at(0).what);
  loops_.write_front(snapshot.cow, kValidFlagAt.value, std::string_view("\0\0\0\0", 4));
  device.status = "Invalid";
}

void FakeDeviceMapper::drop(const std::string& name) {
  const DmTable table = devices_.at(name).table;
  devices_.erase(name);
  hold_all(table, -1);
}

Status FakeDeviceMapper::remove(const std::string& name) {
  return faults_.call("dm.remove " + name, [&]() -> Status {
    const std::string doing = "remove device '" + name + "'";
    COWHERD_ASSIGN(const Device* device, find(name, doing));
    if (busy_removals_ > 0) {
      busy_removals_ -= 1;
      return failed_with(EBUSY, doing);
    }
    if (device->device.open_count > 0) return failed_with(EBUSY, doing);
    drop(name);
    return {};
  });
}

Status FakeDeviceMapper::suspend(const std::string& name) {
  return faults_.call("dm.suspend " + name, [&]() -> Status {
    COWHERD_ASSIGN(Device * device, find(name, "suspend device '" + name + "'"));
    device->device.suspended = true;
    return {};
  });
}

Status FakeDeviceMapper::resume(const std::string& name) {
  return faults_.call("dm.resume " + name, [&]() -> Status {
    COWHERD_ASSIGN(Device * device, find(name, "resume device '" + name + "'"));
    if (!device->device.has_live_table) return failed_with(EINVAL, "resume device '" + name + "'");
    device->device.suspended = false;
    return {};
  });
}

std::string FakeDeviceMapper::node_of(const DmDevice& device) const {
  return "/dev/dm-" + std::to_string(device.device.minor);
}

void FakeDeviceMapper::add_foreign(const std::string& name, const std::string& uuid, const DmTable& table) {
  unsigned minor = 0;
  while (find(DeviceNumber{kDmMajor, minor}) != nullptr) ++minor;
  devices_[name] =
      Device{{name, uuid, {kDmMajor, minor}, 0, false, !table.empty()}, table, fresh_status(table)};
  hold_all(table, 1);
}

void FakeDeviceMapper::hold(const std::string& node, int delta) {
  for (auto& [name, device] : devices_) {
    if (node_of(device.device) == node) device.device.open_count += delta;
  }
}

void FakeDeviceMapper::unload(const std::string& name) {
  Device& device = devices_.at(name);
  hold_all(device.table, -1);
  device.table.clear();
  device.status.clear();
  device.device.has_live_table = false;
}

std::vector<std::string> FakeDeviceMapper::names() const {
  std::vector<std::string> all;
  for (const auto& [name, device] : devices_) all.push_back(name);
  return all;
}

}  // namespace cowherd::testing
