// SPDX-License-Identifier: Apache-2.0
// From a sandbox's identity to the disk and the machine the drivers understand.
#pragma once

#include "resources/machine/machine.h"
#include "resources/store/identity.h"
#include "resources/store/layout.h"
#include "resources/store/saved_memory.h"

namespace cowherd {

DiskPlan disk_plan_of(const SandboxIdentity& identity, const Layout& layout);

// What of the declaration shapes the VM. A running VM with another digest has to be restarted.
std::string config_digest_of(const SandboxIdentity& identity);

MachineSpec machine_spec_of(const SandboxIdentity& identity, const RevisionIdentity& revision, const DiskState& disk,
                            const Layout& layout);

// The machine that was kept, whatever the declaration says by now: an edit applies once its guest runs again.
MachineSpec saved_machine_spec(MachineSpec spec, const SavedMemory& saved, const Layout& layout);

}  // namespace cowherd
