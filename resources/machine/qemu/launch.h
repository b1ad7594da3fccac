// SPDX-License-Identifier: Apache-2.0
// Starting a VM: its runtime directory, a held child, vm.json, exec, and the wait until QEMU says that the guest runs.
#pragma once

#include "resources/files/clock.h"
#include "resources/machine/qemu/command_line.h"
#include "resources/machine/qemu/runtime_record.h"

namespace cowherd {

// Precondition: check_spec, and no runtime directory of this uid. Blocks for up to 30 s. After a failure nothing is left:
// no process and no directory. Errors carry QEMU's own last words.
Status launch(const MachineSpec& spec, const RuntimeDir& dir, const LaunchOptions& options, FileSystem& files,
              Clock& clock);

}  // namespace cowherd
