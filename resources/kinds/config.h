// SPDX-License-Identifier: Apache-2.0
// The daemon's own settings, /etc/cowherd/cowherd.yaml: kind CowherdConfiguration, and kind Source beside it. Never read from the manifest
// directory, so that who may write manifests may not change guards and paths.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/label_selector.h"
#include "resources/kinds/source_config.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/name.h"
#include "resources/vocabulary/quantity.h"

namespace cowherd {

inline constexpr std::string_view kConfigApiVersion = "config.cowherd.dev/v1alpha1";
inline constexpr std::string_view kConfigKind = "CowherdConfiguration";

enum class AccelSetting { Auto, Kvm, Tcg };
enum class DiskDriverSetting { Auto, DmSnapshot, Qcow2 };
enum class ListenSetting { Loopback, Any };
enum class OwnUsersSetting { Auto, Always, Never };
enum class BoundsSetting { Auto, Always, Never };
enum class EmptySource { Refuse, Allow };  // what a manifest directory that became empty means

// Without defaults: default_config() has them.
struct Config {
  std::string qemu{};                                        // machine.qemu, empty: qemu-system-x86_64 from PATH
  AccelSetting accel = AccelSetting::Auto;                   // machine.accel
  OwnUsersSetting own_users = OwnUsersSetting::Auto;         // confinement.users
  std::int64_t uid_base = 0;                                 // confinement.uidBase
  std::int64_t uid_count = 0;                                // confinement.uidCount
  BoundsSetting bounds = BoundsSetting::Auto;                // confinement.limits
  Bytes memory_overhead{};                                   // confinement.memoryOverhead
  DiskDriverSetting disk_driver = DiskDriverSetting::Auto;   // disks.driver
  Span settle{};                                             // source.settle
  Span prune_delay{};                                        // source.pruneDelay
  EmptySource allow_empty = EmptySource::Refuse;             // source.allowEmpty
  std::int64_t workers = 0;                                  // limits.workers
  std::int64_t boots = 0;                                    // limits.boots
  std::int64_t imports = 0;                                  // limits.imports
  std::int64_t memory_budget_percent = 0;                    // limits.memoryBudgetPercent, of the host's memory
  std::int64_t min_free_percent = 0;                         // limits.minFreePercent, of the state file system
  Span freeze_budget{};                                      // limits.freezeBudget
  std::int64_t max_prune_count = 0;                          // guards.maxPrune.count
  std::int64_t max_prune_percent = 0;                        // guards.maxPrune.percent
  Span trash_grace{};                                        // guards.trashGrace
  Span resync{};                                             // resync
  Bytes serial_log_limit{};                                  // serialLogLimit
  std::string runtime_dir{};                                 // runtimeDir, empty: chosen from the state directory
  std::string api_socket{};                                  // api.socket, empty: below the runtime directory
  ResourceName api_admin_group{};                            // api.adminGroup, empty: none
  ResourceName api_view_group{};                             // api.viewGroup, empty: none
  std::optional<std::int64_t> api_port{};                    // api.tcp.port, unset: no TCP
  ListenSetting api_listen = ListenSetting::Loopback;        // api.tcp.listen
  std::string api_token_file{};                              // api.tcp.tokenFile, empty: none
  LabelSelector host_labels{};                               // hostLabels
  std::vector<SourceConfig> sources{};                       // documents of kind Source, sorted by name
  bool operator==(const Config&) const = default;
};

Config default_config();

}  // namespace cowherd
