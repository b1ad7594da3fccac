// SPDX-License-Identifier: Apache-2.0
// The file of saved device state: what QEMU's xen-save-devices-state wrote, then one line of JSON of ours. QEMU itself
// loads almost anything: it checks no sum, takes a state that ends early for one with fewer devices, and gives a second
// processor that the state does not name its reset state. A guest with wrong registers writes to its disk, so the line
// holds a digest of the state and what the machine was like.
#pragma once

#include <string>

#include "resources/files/unique_fd.h"
#include "resources/machine/machine.h"

namespace cowherd {

// What MachineBuild does not say of a machine, and device state depends on.
struct MachineShape {
  std::int64_t vcpus = 0;
  Bytes memory{};
  GuestNetwork network = GuestNetwork::None;
};

// Adds the line to a file that QEMU has just written. Not durable.
Status seal_device_state(const std::string& path, const MachineShape& shape);

// A descriptor at the beginning of the state, in memory, so that it is what was checked. Corrupt: the file is absent,
// damaged, or of a machine of another shape.
Result<UniqueFd> open_device_state(const std::string& path, const MachineShape& shape);

}  // namespace cowherd
