// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/placement_row.h"
#include "resources/kinds/tables.h"

namespace cowherd {

const Table<SnapshotSpec>& snapshot_fields() {
  static const Table<SnapshotSpec> kTable{
      .doc = "A captured fact about a sandbox: taken once, immutable afterwards. While its document stands, no policy "
             "removes it.",
      .sections = {{.path = "sandboxRef", .doc = "The sandbox to capture."}, placement_section()},
      .members =
          {
              member({.path = "sandboxRef.name",
                      .need = Need::Required,
                      .refers_to = Kind::Sandbox,
                      .change = ChangeClass::Replace,
                      .doc = "Name of the Sandbox. If there is none yet, the snapshot waits for it.",
                      .example = "agent-7"},
                     &SnapshotSpec::sandbox_ref),
              member({.path = "mode",
                      .standard = "Disk",
                      .values = {"Disk", "Full"},
                      .change = ChangeClass::Replace,
                      .doc = "Disk captures the disk; Full also the memory and the state of the devices."},
                     &SnapshotSpec::mode),
              member({.path = "consistency",
                      .standard = "Crash",
                      .values = {"Quiesced", "Crash"},
                      .change = ChangeClass::Replace,
                      .doc = "Crash is what a power cut would leave. Quiesced has the guest flush and freeze its file "
                             "systems first, and fails when it does not."},
                     &SnapshotSpec::consistency),
              member({.path = "holds",
                      .type = FieldType::NameList,
                      .maximum = kMaxListItems,
                      .doc = "Reasons to keep it. While there is one, nobody deletes it.",
                      .example = Value::List{"audit-2026"}},
                     &SnapshotSpec::holds),
              member({.path = "expireAfter",
                      .minimum = 1000,
                      .doc = "Time from capture until it goes, unless it is held or used. Without it, it stays.",
                      .example = "30d"},
                     &SnapshotSpec::expire_after),
              member({.path = "deletionPolicy",
                      .standard = "Delete",
                      .values = {"Delete", "Retain"},
                      .doc = "What becomes of it when the document goes: Delete moves it to the trash, Retain leaves "
                             "it to policies, expireAfter and `cowherd approve delete`."},
                     &SnapshotSpec::deletion_policy),
              placement_row(&SnapshotSpec::node_selector),
          },
  };
  return kTable;
}

}  // namespace cowherd
