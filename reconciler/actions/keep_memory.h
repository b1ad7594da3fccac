// SPDX-License-Identifier: Apache-2.0
// From a frozen guest to files: its devices' state and its memory as a generation. What a pause and a Full snapshot share.
#pragma once

#include "reconciler/actions/action_kind.h"
#include "reconciler/actions/timings.h"

namespace cowherd {

struct FrozenGuest {
  const SandboxIdentity& identity;
  const MachineState& machine;
  const std::string& directory;  // where the parts go: staged, empty of them
};

// Writes kStateFile, memfile.header and the memory file, each durable. Of a guest that was loaded from the image beside
// its disk only the pages it changed since; else all that are not zero.
Result<SavedMemory> keep_memory(Host& host, const FrozenGuest& guest, const BulkControl& control, Timings& timings);

// Makes durable what the guest wrote to its disk's store.
Status sync_disk(Host& host, const SandboxIdentity& identity);
// The store of a sandbox's disk.
std::string store_path_of(Host& host, const SandboxIdentity& identity);

}  // namespace cowherd
