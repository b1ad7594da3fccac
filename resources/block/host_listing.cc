// SPDX-License-Identifier: Apache-2.0
#include "resources/block/host_listing.h"

#include <algorithm>

#include "resources/block/exception_store.h"

namespace cowherd {

namespace {

constexpr Sectors kChunkSectors{kChunk.value / 512};

template <class Matches>
const DmDevice* find_device(const HostListing& host, Matches matches) {
  if (!host.devices) return nullptr;
  const auto found = std::find_if(host.devices->begin(), host.devices->end(), matches);
  return found == host.devices->end() ? nullptr : &*found;
}

}  // namespace

HostListing list_host(DeviceMapper& dm, LoopDevices& loops) {
  HostListing host;
  host.devices = dm.list();
  host.loops = loops.list();
  return host;
}

const DmDevice* find_marked(const HostListing& host, const DmMark& mark) {
  return find_device(host, [&](const DmDevice& device) { return device.uuid == dm_uuid(mark); });
}

const DmDevice* find_named(const HostListing& host, const std::string& name) {
  return find_device(host, [&](const DmDevice& device) { return device.name == name; });
}

const LoopDevice* find_loop(const std::vector<LoopDevice>& loops, DeviceNumber device) {
  const auto found =
      std::find_if(loops.begin(), loops.end(), [&](const LoopDevice& loop) { return loop.device == device; });
  return found == loops.end() ? nullptr : &*found;
}

DmTable base_table(DeviceNumber image_loop, Sectors image, Sectors disk) {
  return {DmTarget{Sectors{0}, image, LinearTarget{image_loop, Sectors{0}}},
          DmTarget{image, Sectors{disk.value - image.value}, ZeroTarget{}}};
}

DmTable root_table(DeviceNumber origin, DeviceNumber cow, Sectors disk) {
  return {DmTarget{Sectors{0}, disk, SnapshotTarget{origin, cow, kChunkSectors}}};
}

const SnapshotTarget* sole_snapshot(const DmTable& table) {
  if (table.size() != 1 || table[0].start.value != 0) return nullptr;
  const auto* snapshot = std::get_if<SnapshotTarget>(&table[0].what);
  return snapshot != nullptr && snapshot->chunk == kChunkSectors ? snapshot : nullptr;
}

}  // namespace cowherd
