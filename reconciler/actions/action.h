// SPDX-License-Identifier: Apache-2.0
// The closed set of verbs as one value that prints, compares and goes into golden files.
#pragma once

#include <variant>

#include "reconciler/actions/activate_disk.h"
#include "reconciler/actions/capture_snapshot.h"
#include "reconciler/actions/collect_revision.h"
#include "reconciler/actions/compact_memory.h"
#include "reconciler/actions/compose_memory.h"
#include "reconciler/actions/create_disk.h"
#include "reconciler/actions/create_sandbox.h"
#include "reconciler/actions/deactivate_disk.h"
#include "reconciler/actions/discard_disk.h"
#include "reconciler/actions/discard_memory.h"
#include "reconciler/actions/drop_approval.h"
#include "reconciler/actions/drop_suspension.h"
#include "reconciler/actions/grow_disk.h"
#include "reconciler/actions/grow_store.h"
#include "reconciler/actions/import_revision.h"
#include "reconciler/actions/pause_machine.h"
#include "reconciler/actions/purge_trash.h"
#include "reconciler/actions/reap_machine.h"
#include "reconciler/actions/remove_leftover.h"
#include "reconciler/actions/remove_sandbox.h"
#include "reconciler/actions/remove_snapshot.h"
#include "reconciler/actions/remove_unreadable.h"
#include "reconciler/actions/repair_disk.h"
#include "reconciler/actions/restore_sandbox.h"
#include "reconciler/actions/resume_machine.h"
#include "reconciler/actions/start_machine.h"
#include "reconciler/actions/stop_machine.h"
#include "reconciler/actions/thaw_machine.h"
#include "reconciler/actions/undelete.h"
#include "reconciler/actions/unquiesce_guest.h"
#include "reconciler/actions/update_revision.h"
#include "reconciler/actions/update_sandbox.h"
#include "reconciler/actions/update_snapshot.h"

namespace cowherd {

// A struct around the variant: an alias would let std::apply and its like be found by argument lookup.
struct Action {
  std::variant<ImportRevision, UpdateRevision, CollectRevision, CreateSandbox, UpdateSandbox, CreateDisk, GrowDisk,
               GrowStore, RepairDisk, ActivateDisk, DeactivateDisk, StartMachine, StopMachine, ReapMachine, PauseMachine,
               ResumeMachine, ThawMachine, UnquiesceGuest, ComposeMemory, CompactMemory, DiscardMemory, DiscardDisk, RemoveSandbox,
               CaptureSnapshot, UpdateSnapshot, RemoveSnapshot, RestoreSandbox, RemoveUnreadable, Undelete, PurgeTrash,
               RemoveLeftover, DropApproval, DropSuspension>
      what{};
  bool operator==(const Action&) const = default;
};

std::string_view verb_of(const Action& action);
// What a plan shows before the step: + makes, - takes away, ~ changes, ! ends a VM or moves data to trash.
char symbol_of(const Action& action);
Lane lane_of(const Action& action);
std::string object_of(const Action& action);
// All objects it works on, its own first: no other step may work on any of them meanwhile.
std::vector<std::string> objects_of(const Action& action);
std::string describe(const Action& action);
Keys needs_of(const Action& action);
Keys makes_of(const Action& action);
Keys unmakes_of(const Action& action);

// precondition, apply, verify; verify only after a change.
Result<Effect> carry_out(const Action& action, Host& host, const BulkControl& control);

}  // namespace cowherd
