// SPDX-License-Identifier: Apache-2.0
// One listing of the host's dm devices and loops, and how cowherd's own are found in it: by the exact dm
// uuid, never by name.
#pragma once

#include <string>
#include <vector>

#include "resources/block/device_mapper.h"
#include "resources/block/dm_names.h"
#include "resources/block/loop_devices.h"

namespace cowherd {

struct HostListing {
  Result<std::vector<DmDevice>>
      devices{};  // NotFound: this host has no device-mapper, so none of ours exists
  Result<std::vector<LoopDevice>> loops{};
};

// Devices first: a loop that appears afterwards cannot be missing from a device that was seen.
HostListing list_host(DeviceMapper& dm, LoopDevices& loops);

// Null when there is none, also when the listing failed.
const DmDevice* find_marked(const HostListing& host, const DmMark& mark);
const DmDevice* find_named(const HostListing& host, const std::string& name);
const LoopDevice* find_loop(const std::vector<LoopDevice>& loops, DeviceNumber device);

// The table of a "-base" device: the image, then zeroes up to the size of the disk.
DmTable base_table(DeviceNumber image_loop, Sectors image, Sectors disk);
// The table of a "-root" device.
DmTable root_table(DeviceNumber origin, DeviceNumber cow, Sectors disk);
// The only target of a table when it is a snapshot from sector 0 with our chunk size, else null.
const SnapshotTarget* sole_snapshot(const DmTable& table);

}  // namespace cowherd
