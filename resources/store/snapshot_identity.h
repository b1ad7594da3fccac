// SPDX-License-Identifier: Apache-2.0
// snapshot.json: what a snapshot directory is. Written last, before the directory gets its name; a directory without one
// is another software's (seed_snapshot.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/block/disk.h"
#include "resources/kinds/object.h"
#include "resources/store/saved_memory.h"
#include "resources/store/scheduled_run.h"

namespace cowherd {

// One file of the directory, as it was when the snapshot was published.
struct SnapshotPart {
  std::string name{};
  Bytes size{};
  Digest sha256{};
  bool operator==(const SnapshotPart&) const = default;
};

struct SnapshotIdentity {
  ResourceName name{};
  Uid uid{};                      // of this capture: a snapshot of the same name taken later has another
  std::string origin{};           // manifest file it was last declared in
  std::map<std::string, std::string> labels{};
  SnapshotSpec spec{};            // last applied, defaults filled in
  Digest spec_hash{};
  ResourceName sandbox{};
  Uid sandbox_uid{};
  std::string template_name{};
  Digest revision{};              // the base its disk stands on
  DiskDriverKind driver = DiskDriverKind::Qcow2;
  Bytes disk_size{};              // what the guest sees
  Moment captured{};
  std::string power{};            // of the sandbox when it was captured: "Running", "Paused" or "Stopped"
  std::optional<SavedMemory> memory{};  // of a Full one whose sandbox had any
  std::vector<SnapshotPart> parts{};
  bool retained = false;          // undeclared, kept and listed: by its deletionPolicy, or from the beginning
  bool is_protected = false;      // its annotations as last applied: never removed, replaced or collected
  bool prune_disabled = false;    // a vanished document does not delete it
  std::string standing{};         // standing_mark of the sandbox it was taken of; "" when a guest ran
  std::optional<Moment> scheduled{};  // due moment, of one that a sandbox's schedule took
  bool operator==(const SnapshotIdentity&) const = default;
};

std::string print_identity(const SnapshotIdentity& identity);
Result<SnapshotIdentity> parse_snapshot_identity(std::string_view text);

}  // namespace cowherd
