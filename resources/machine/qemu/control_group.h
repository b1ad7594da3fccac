// SPDX-License-Identifier: Apache-2.0
// The control group of a VMM (cgroup v2): what bounds it, and what tells afterwards that the kernel killed it for memory.
//
// Under systemd it is a scope in a slice of its own below cowherd.slice, else a directory below `cowherd` at the root of the
// hierarchy: in neither case below the daemon's own group, so that a VM outlives the daemon. The scope goes with the VMM; the
// slice, or the directory, keeps its counters until leave_group. The names follow from the sandbox, so that what a killed
// daemon left is found again by the record of the VM.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "resources/files/file_system.h"
#include "resources/machine/machine.h"
#include "resources/machine/qemu/runtime_dir.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

enum class GroupKind { None, Scope, Leaf };

enum class OwnGroups {
  Auto,    // where this host and this process can give them
  Always,  // else nothing is started
  Never,   // VMMs stay in the group of this process
};

struct GroupPolicy {
  OwnGroups wanted = OwnGroups::Never;
  Bytes overhead{};  // beside the guest's memory
};

// What this host offers.
struct GroupHost {
  std::string mount{};        // of cgroup v2; "" for none
  std::string controllers{};  // at its root, as the kernel lists them
  bool has_systemd = false;
  bool is_root = false;
  bool is_writable = false;   // the hierarchy, to this process
};
GroupHost look_at_groups(FileSystem& files);

struct GroupChoice {
  GroupKind kind = GroupKind::None;
  std::string mount{};
  std::string reason{};  // for people: why there is none
};
// Denied: Always, and it cannot be. Pure.
Result<GroupChoice> choose_group(const GroupPolicy& policy, const GroupHost& host);

// As it stands in vm.json, before it is made.
struct VmmGroup {
  GroupKind kind = GroupKind::None;
  std::string counted{};   // a directory with memory.events, which outlives the VMM
  MachineBounds bounds{};
  bool operator==(const VmmGroup&) const = default;
};

// Where the mountinfo of proc(5) has cgroup v2; "" for nowhere. Pure.
std::string cgroup_mount(std::string_view mountinfo);

// A leaf is named by the last two parts of the runtime directory. Pure.
VmmGroup plan_group(const GroupChoice& choice, const GroupPolicy& policy, const MachineSpec& spec, const RuntimeDir& dir);

// Makes the group and puts the process into it: when this returns, it is bounded. After a failure the group may be there.
// Blocks for up to 10 s.
Status enter_group(FileSystem& files, const VmmGroup& group, const std::string& sandbox, int pid);

// Precondition: the VMM is dead. One that is not there is success. Blocks for up to 10 s.
Status leave_group(FileSystem& files, const VmmGroup& group);

// The kernel killed something of the group for memory.
bool ran_out_of_memory(FileSystem& files, const VmmGroup& group);
// "oom_kill" of memory.events (Linux, Documentation/admin-guide/cgroup-v2.rst). Pure.
std::uint64_t oom_kills(std::string_view memory_events);

}  // namespace cowherd
