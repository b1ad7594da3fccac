// SPDX-License-Identifier: Apache-2.0
// A whole model host for one action, around the store of a snapshot_bed.
#pragma once

#include "reconciler/actions/host.h"
#include "resources/block/host_disks.h"
#include "tests/fakes/fake_device_mapper.h"
#include "tests/fakes/fake_image_files.h"
#include "tests/fakes/fake_loop_devices.h"
#include "tests/fakes/fake_machines.h"
#include "tests/unit/store/snapshot_bed.h"

namespace cowherd::testing {

struct HostBed : SnapshotBed {
  FakeImageFiles memory_files{files, faults};
  FakeLoopDevices loops{files, faults};
  FakeDeviceMapper device_mapper{loops, faults};
  FakeMachines machines{faults, clock};
  HostDisks disks{device_mapper, loops, files, parts, images, "01020304", DiskDriverKind::Qcow2};
  Host host{store, files, bulk, memory_files, disks, machines, clock};
};

}  // namespace cowherd::testing
