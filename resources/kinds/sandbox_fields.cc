// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/placement_row.h"
#include "resources/kinds/tables.h"

namespace cowherd {

const Table<SandboxSpec>& sandbox_fields() {
  static const Table<SandboxSpec> kTable{
      .doc = "One virtual machine with its own copy-on-write disk on a template, or on what a snapshot kept.",
      .sections = {{.path = "templateRef", .doc = "The template the disk is based on."},
                   {.path = "restoreFrom",
                    .doc = "The snapshot that it begins as. It is used once, when the sandbox is created; afterwards "
                           "the sandbox has its own disk, and the snapshot may go."},
                   {.path = "restoreFrom.snapshotRef", .doc = "The snapshot to begin as."},
                   {.path = "resources", .doc = "What the machine gets of the host."},
                   {.path = "resources.disk", .doc = "The machine's own disk."},
                   {.path = "lifecycle", .doc = "How long it lives and how it ends."},
                   {.path = "restartPolicy", .doc = "What happens when the guest ends by itself."},
                   {.path = "network", .doc = "What the guest can reach."},
                   {.path = "snapshots", .doc = "Snapshots that are taken at regular times."},
                   {.path = "updateStrategy", .doc = "How edits that need a new disk are carried out."},
                   placement_section()},
      .one_of = {{.section = "", .options = {"templateRef", "restoreFrom"}}},
      .members =
          {
              member({.path = "templateRef.name",
                      .need = Need::Required,
                      .refers_to = Kind::Template,
                      .change = ChangeClass::Replace,
                      .doc = "Name of the Template. The sandbox keeps the revision it was created with.",
                      .example = "python-312"},
                     &SandboxSpec::template_ref),
              member({.path = "restoreFrom.snapshotRef.name",
                      .need = Need::Required,
                      .refers_to = Kind::Snapshot,
                      .change = ChangeClass::Replace,
                      .doc = "Name of the Snapshot. If there is none yet, the sandbox waits for it.",
                      .example = "agent-7-before"},
                     &SandboxSpec::restore_from),
              member({.path = "restoreFrom.mode",
                      .standard = "Auto",
                      .values = {"Auto", "Memory", "Disk"},
                      .change = ChangeClass::Replace,
                      .doc = "Memory continues where the snapshot was taken; it needs a Full snapshot and the same vcpus "
                             "and memory. Disk starts anew from the disk alone. Auto takes Memory where that is possible, "
                             "else Disk."},
                     &SandboxSpec::restore_mode),
              member({.path = "powerState",
                      .standard = "Running",
                      .values = {"Running", "Paused", "Stopped"},
                      .doc = "Running keeps the machine up. Paused puts its memory and the state of its devices on disk "
                             "and frees the host; Running then continues at the next instruction. Stopped shuts the "
                             "guest down and keeps its disk."},
                     &SandboxSpec::power_state),
              member({.path = "resources.vcpus",
                      .standard = 1,
                      .minimum = 1,
                      .maximum = 255,
                      .change = ChangeClass::Restart,
                      .doc = "Number of virtual CPUs.",
                      .example = 2},
                     &SandboxSpec::vcpus),
              member({.path = "resources.memory",
                      .standard = "512Mi",
                      .minimum = 32 << 20,
                      .unit = 4 << 10,
                      .change = ChangeClass::Restart,
                      .doc = "Memory of the guest.",
                      .example = "512Mi"},
                     &SandboxSpec::memory),
              member({.path = "resources.disk.size",
                      .minimum = 1 << 20,
                      .change = ChangeClass::Restart,
                      .shrink = ChangeClass::DataLoss,
                      .doc = "Size of the disk, at least the template's. Without it, the template's. It can grow; the "
                             "file system inside is not resized.",
                      .example = "20Gi"},
                     &SandboxSpec::disk_size),
              member({.path = "resources.disk.cowLimit",
                      .minimum = 1 << 20,
                      .doc = "How much the sandbox may write over the template before its disk is full. Without it, "
                             "the whole disk.",
                      .example = "6Gi"},
                     &SandboxSpec::cow_limit),
              member({.path = "lifecycle.ttl",
                      .minimum = 1000,
                      .doc = "Time from creation until it expires. Without it, it does not.",
                      .example = "24h"},
                     &SandboxSpec::ttl),
              member({.path = "lifecycle.onExpire",
                      .standard = "Stop",
                      .values = {"Stop", "Delete"},
                      .doc = "What happens when the ttl is over. It stays so until the spec is edited, although the "
                             "document is still there."},
                     &SandboxSpec::on_expire),
              member({.path = "lifecycle.gracefulStop",
                      .standard = "10s",
                      .minimum = 0,
                      .maximum = 3'600'000,
                      .doc = "How long a guest may take to shut down before it is killed.",
                      .example = "30s"},
                     &SandboxSpec::graceful_stop),
              member({.path = "restartPolicy.type",
                      .standard = "Always",
                      .values = {"Always", "OnFailure", "Never"},
                      .doc = "Always starts the machine again, OnFailure only after a crash, reset or signal, Never not "
                             "at all. A shutdown by the guest itself is success."},
                     &SandboxSpec::restart),
              member({.path = "network.mode",
                      .standard = "None",
                      .values = {"None", "User"},
                      .change = ChangeClass::Restart,
                      .doc = "None has no network device; User reaches out through the host without privileges."},
                     &SandboxSpec::network),
              member({.path = "snapshots.every",
                      .minimum = 60'000,
                      .doc = "A snapshot is taken each time this span is over, counted from the creation of the sandbox "
                             "and without drift; what was missed is taken once. Each is called <sandbox>-<time>, has the "
                             "labels of the sandbox, and stays until a policy or a person removes it. A sandbox that is "
                             "off or paused, and was already so when the last one was taken, needs none.",
                      .example = "1h"},
                     &SandboxSpec::snapshots_every),
              member({.path = "snapshots.mode",
                      .standard = "Disk",
                      .values = {"Disk", "Full"},
                      .doc = "What such a snapshot captures: the disk, or the disk and the memory of the guest."},
                     &SandboxSpec::snapshots_mode),
              member({.path = "deletionPolicy",
                      .standard = "Delete",
                      .values = {"Delete", "Snapshot", "Retain"},
                      .doc = "What becomes of it when the document goes: Delete stops it and moves its disk to the "
                             "trash. Snapshot first takes a snapshot of its disk, <name>-final-<uid>, which stays, and "
                             "keeps the sandbox until that is taken. Retain stops it and keeps the disk."},
                     &SandboxSpec::deletion_policy),
              member({.path = "updateStrategy.type",
                      .standard = "OnDelete",
                      .values = {"OnDelete", "Recreate"},
                      .doc = "OnDelete waits for approval before anything that replaces the disk; Recreate does it by "
                             "itself."},
                     &SandboxSpec::update_strategy),
              member({.path = "updateStrategy.snapshotBefore",
                      .standard = true,
                      .doc = "Before such an edit replaces the disk, a snapshot of it is taken, <name>-before-<uid>, which "
                             "stays. While that cannot be, the sandbox stays as it is.",
                      .example = false},
                     &SandboxSpec::snapshot_before),
              placement_row(&SandboxSpec::node_selector),
          },
  };
  return kTable;
}

}  // namespace cowherd
