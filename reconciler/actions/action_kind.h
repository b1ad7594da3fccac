// SPDX-License-Identifier: Apache-2.0
// What every verb is made of. needs, makes and unmakes alone decide the order (plan/link.h); precondition looks at the
// fresh world and answers Stale when the plan no longer fits; apply is safe to repeat and to interrupt anywhere; verify
// looks again, since success of a call alone is never success. One that works on a second object besides its own names it
// by touches().
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "reconciler/actions/host.h"
#include "resources/store/approvals.h"

namespace cowherd {

// Identity of a host object an action needs, makes or unmakes: "vm/web", "disk/web", "revision/base/<id>".
using Key = std::string;
using Keys = std::vector<Key>;

// How many run side by side is limited lane by lane.
enum class Lane { Quick, Boot, Stop, Copy, Import };

template <class A>
concept ActionKind = std::equality_comparable<A> && requires(const A& action, Host& host, const BulkControl& control) {
  { A::kVerb } -> std::convertible_to<std::string_view>;
  { A::kSymbol } -> std::convertible_to<char>;
  { A::kLane } -> std::convertible_to<Lane>;
  { action.object() } -> std::same_as<std::string>;
  { action.describe() } -> std::same_as<std::string>;
  { action.needs() } -> std::same_as<Keys>;
  { action.makes() } -> std::same_as<Keys>;
  { action.unmakes() } -> std::same_as<Keys>;
  { action.precondition(host) } -> std::same_as<Status>;
  { action.apply(host, control) } -> std::same_as<Result<Effect>>;
  { action.verify(host) } -> std::same_as<Status>;
};

// Keys, spelled once.
Key template_key(const std::string& name, const Digest& inputs);
Key revision_key(const std::string& name, const Digest& id);
Key sandbox_key(const ResourceName& name);
Key spec_key(const ResourceName& name);
Key store_key(const ResourceName& name);  // the CoW or overlay file
Key disk_key(const ResourceName& name);   // something a VM can open
Key grown_key(const ResourceName& name);  // the store offers the size the identity says
Key closed_key(const ResourceName& name);  // nothing has the store open any more
Key vm_key(const ResourceName& name);
Key memory_key(const ResourceName& name);  // a kept memory that can be loaded
Key flat_key(const ResourceName& name);    // the same composed to what a VMM maps
Key fresh_key(const ResourceName& name);   // no kept memory stands in the way of a boot
Key snapshot_key(const ResourceName& name);

std::string sandbox_object(const ResourceName& name);
std::string template_object(const ResourceName& name);
std::string snapshot_object(const ResourceName& name);

// Fresh lists; an unreadable entry is an error, since it may be the one that matters.
Result<std::vector<SandboxIdentity>> sandboxes_now(Host& host);
Result<std::vector<RevisionIdentity>> revisions_now(Host& host, const std::string& template_name);

// Neither the sandbox or snapshot with this uid, nor the template, the unreadable record or the trash entry exists (any more).
bool is_about_nothing(const Approval& approval, const StoreContents& contents);

// The identity as it is now, or Stale when the sandbox is gone.
Result<SandboxIdentity> current_identity(Host& host, const Uid& uid);
// Its disk as the drivers understand it, and the driver.
struct DiskAtHand {
  DiskPlan plan{};
  DiskDriver* driver = nullptr;  // owned by host.disks
};
Result<DiskAtHand> disk_of(Host& host, const Uid& uid);
// Ordering is law: the VM is dead and cleared and the device is gone before the files go. Stale while they are not.
Status store_is_closed(Host& host, const Uid& uid, const ResourceName& name);
// The capture, fresh; Stale when it is gone, or another one has the name.
Result<SnapshotIdentity> current_capture(Host& host, const ResourceName& name, const Uid& capture);
// Where the VM of this uid is now.
Fact<MachineState> machine_now(Host& host, const Uid& uid);
// The memory kept beside its disk, now.
Fact<PauseImage> pause_now(Host& host, const Uid& uid);

}  // namespace cowherd
