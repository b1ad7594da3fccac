// SPDX-License-Identifier: Apache-2.0
// Snapshot: a captured fact about a sandbox.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/kinds/label_selector.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/name.h"

namespace cowherd {

enum class SnapshotMode { Disk, Full };
enum class Consistency { Quiesced, Crash };
enum class SnapshotDeletionPolicy { Delete, Retain };

struct SnapshotSpec {
  ResourceName sandbox_ref{};                        // sandboxRef.name
  SnapshotMode mode = SnapshotMode::Disk;            // mode
  Consistency consistency = Consistency::Crash;      // consistency
  std::vector<std::string> holds{};                  // holds
  std::optional<Span> expire_after{};                // expireAfter
  SnapshotDeletionPolicy deletion_policy = SnapshotDeletionPolicy::Delete;
  LabelSelector node_selector{};                     // placement.nodeSelector, empty: every host
  bool operator==(const SnapshotSpec&) const = default;
};

}  // namespace cowherd
