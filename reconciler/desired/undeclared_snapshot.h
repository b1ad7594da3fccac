// SPDX-License-Identifier: Apache-2.0
// Snapshots that no document declares: taken by a schedule, or before a sandbox leaves. They are retained from the
// beginning, so that only a policy or a person removes them.
#pragma once

#include <string>

#include "resources/store/identity.h"
#include "resources/store/snapshot_identity.h"

namespace cowherd {

// "<sandbox, cut to 40>-<suffix>". Precondition: the suffix is that of a name, and has at most 22 characters.
ResourceName derived_name(const ResourceName& sandbox, const std::string& suffix);

// What takes such a snapshot; its origin says so: "schedule of Sandbox/web".
inline constexpr const char* kBySchedule = "schedule";
inline constexpr const char* kByDeletion = "deletionPolicy";
inline constexpr const char* kByUpdate = "updateStrategy";

// Of this sandbox, with its labels.
struct Taking {
  ResourceName name{};
  Uid uid{};
  SnapshotMode mode = SnapshotMode::Disk;
  std::string by{};
};
SnapshotIdentity undeclared_snapshot(const SandboxIdentity& sandbox, Taking taking);
// Why it is kept, for people. Precondition: retained.
std::string reason_to_retain(const SnapshotIdentity& snapshot);

}  // namespace cowherd
