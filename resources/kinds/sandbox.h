// SPDX-License-Identifier: Apache-2.0
// Sandbox: one VM with its own copy-on-write disk.
#pragma once

#include <optional>
#include <string>

#include "resources/kinds/label_selector.h"
#include "resources/kinds/snapshot.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/name.h"
#include "resources/vocabulary/quantity.h"

namespace cowherd {

enum class PowerState { Running, Paused, Stopped };
enum class RestoreMode { Auto, Memory, Disk };
enum class NetworkMode { None, User };
enum class RestartType { Always, OnFailure, Never };
enum class OnExpire { Stop, Delete };
enum class SandboxDeletionPolicy { Delete, Snapshot, Retain };
enum class UpdateStrategy { OnDelete, Recreate };

struct SandboxSpec {
  // Exactly one of these two.
  ResourceName template_ref{};                              // templateRef.name
  ResourceName restore_from{};                              // restoreFrom.snapshotRef.name
  RestoreMode restore_mode = RestoreMode::Auto;             // restoreFrom.mode
  PowerState power_state = PowerState::Running;             // powerState
  std::int64_t vcpus = 1;                                   // resources.vcpus
  Bytes memory{};                                           // resources.memory
  std::optional<Bytes> disk_size{};                         // resources.disk.size
  std::optional<Bytes> cow_limit{};                         // resources.disk.cowLimit
  std::optional<Span> ttl{};                                // lifecycle.ttl
  OnExpire on_expire = OnExpire::Stop;                      // lifecycle.onExpire
  Span graceful_stop{};                                     // lifecycle.gracefulStop
  RestartType restart = RestartType::Always;                // restartPolicy.type
  NetworkMode network = NetworkMode::None;                  // network.mode
  std::optional<Span> snapshots_every{};                    // snapshots.every
  SnapshotMode snapshots_mode = SnapshotMode::Disk;         // snapshots.mode
  SandboxDeletionPolicy deletion_policy = SandboxDeletionPolicy::Delete;  // deletionPolicy
  UpdateStrategy update_strategy = UpdateStrategy::OnDelete;              // updateStrategy.type
  bool snapshot_before = true;                              // updateStrategy.snapshotBefore
  LabelSelector node_selector{};                            // placement.nodeSelector, empty: every host
  bool operator==(const SandboxSpec&) const = default;
};

}  // namespace cowherd
