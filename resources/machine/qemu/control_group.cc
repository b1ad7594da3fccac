// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/control_group.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <sstream>

#include "resources/files/publish.h"
#include "resources/machine/qemu/systemd_scope.h"
#include "resources/process/deadline.h"

namespace cowherd {
namespace {

constexpr Bytes kTextLimit = 1_MiB;
constexpr Span kAppears = std::chrono::seconds{4};
constexpr int kRetryMilliseconds = 10;
constexpr std::int64_t kOtherTasks = 128;           // QEMU's own threads: at most 64 wait for the disk
constexpr std::int64_t kPeriodMicroseconds = 100'000;
constexpr const char* kEnable = "+cpu +memory +pids";
constexpr std::array<const char*, 3> kControllers{"cpu", "memory", "pids"};

bool has_word(const std::string& text, const std::string& wanted) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word == wanted) return true;
  }
  return false;
}

// Why there can be none here; "" when there can.
std::string why_no_group(const GroupHost& host) {
  if (host.mount.empty()) return "cgroup v2 is not mounted";
  for (const char* controller : kControllers) {
    if (!has_word(host.controllers, controller)) {
      return "cgroup v2 at '" + host.mount + "' has no controller '" + controller + "'";
    }
  }
  if (host.has_systemd) return host.is_root ? "" : "only root may ask systemd for a scope";
  return host.is_writable ? "" : "'" + host.mount + "' cannot be written to";
}

bool holds_within(const Deadline& deadline, const auto& condition) {
  while (!condition()) {
    if (deadline.passed()) return false;
    static_cast<void>(::poll(nullptr, 0, kRetryMilliseconds));
  }
  return true;
}

// The group of a process in the v2 hierarchy: "0::/a/b" (cgroups(7)).
std::string group_of(FileSystem& files, int pid) {
  std::istringstream lines(files.read("/proc/" + std::to_string(pid) + "/cgroup", kTextLimit).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("0::", 0) == 0) return line.substr(3);
  }
  return "";
}

// What a name of a unit may have without a meaning of its own: a dash is a step down in slices.
std::string unit_word(std::string text) {
  std::erase_if(text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return text;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string slice_of(const VmmGroup& group) { return group.counted.substr(group.counted.rfind('/') + 1); }

Status enter_scope(FileSystem& files, const VmmGroup& group, const std::string& sandbox, int pid) {
  COWHERD_TRY(start_scope({group.bounds.group, slice_of(group), "VM of sandbox '" + sandbox + "'", group.bounds, pid}));
  // The limits are set before the process is put there.
  const bool inside = holds_within(Deadline::after(kAppears),
                                   [&] { return ends_with(group_of(files, pid), "/" + group.bounds.group); });
  if (!inside) return fail(ErrorKind::Busy, "systemd did not put the process into '" + group.bounds.group + "' in time");
  const std::string limit = group.counted + "/" + group.bounds.group + "/memory.max";
  COWHERD_ASSIGN(const std::string text, files.read(limit, kTextLimit));
  if (text == std::to_string(group.bounds.memory.value) + "\n") return {};
  return fail(ErrorKind::Failed, "systemd set '" + limit + "' to " + text.substr(0, text.find('\n')));
}

// A process of it lives (cgroup-v2.rst, cgroup.events). It may be that of somebody whose record is not ours.
bool is_populated(FileSystem& files, const VmmGroup& group) {
  const Result<std::string> events = files.read(group.counted + "/cgroup.events", kTextLimit);
  return events && events->find("populated 1") != std::string::npos;
}

Status leave_scope(FileSystem& files, const VmmGroup& group) {
  const auto gone = [&] {
    const Result<FileStamp> found = files.stat(group.counted);
    return !found && found.error().kind == ErrorKind::NotFound;
  };
  if (gone()) return {};
  if (!holds_within(Deadline::after(kAppears), [&] { return !is_populated(files, group); })) {
    return fail(ErrorKind::Busy, "a process lives in '" + slice_of(group) + "', and none of it is known here",
                "'systemctl status " + slice_of(group) + "' shows whose it is");
  }
  COWHERD_TRY(stop_unit(slice_of(group)));
  if (holds_within(Deadline::after(kAppears), gone)) return {};
  return fail(ErrorKind::Busy, "systemd did not stop '" + slice_of(group) + "' in time");
}

// What is below a group gets only the controllers that the group hands on.
Status hand_on_controllers(FileSystem& files, const std::string& directory) {
  return files.write(directory + "/cgroup.subtree_control", kEnable).in("handing controllers on below '" + directory + "'");
}

Status enter_leaf(FileSystem& files, const VmmGroup& group, int pid) {
  const std::string& leaf = group.counted;
  const std::string mine = parent_of(leaf);
  const std::string all = parent_of(mine);
  COWHERD_TRY(hand_on_controllers(files, parent_of(all)));
  for (const std::string& directory : {all, mine}) {
    COWHERD_TRY(files.make_directory(directory));
    COWHERD_TRY(hand_on_controllers(files, directory));
  }
  COWHERD_TRY(files.make_directory(leaf));
  const std::string quota = std::to_string(group.bounds.processors * kPeriodMicroseconds);
  COWHERD_TRY(files.write(leaf + "/cpu.max", quota + " " + std::to_string(kPeriodMicroseconds)));
  COWHERD_TRY(files.write(leaf + "/memory.max", std::to_string(group.bounds.memory.value)));
  COWHERD_TRY(files.write(leaf + "/pids.max", std::to_string(group.bounds.tasks)));
  return files.write(leaf + "/cgroup.procs", std::to_string(pid));
}

}  // namespace

std::string cgroup_mount(std::string_view mountinfo) {
  std::istringstream lines{std::string(mountinfo)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t separator = line.find(" - cgroup2 ");
    if (separator == std::string::npos) continue;
    std::istringstream words(line);
    std::string word;
    for (int field = 0; field < 5; ++field) words >> word;
    return word;
  }
  return "";
}

GroupHost look_at_groups(FileSystem& files) {
  GroupHost host;
  host.mount = cgroup_mount(files.read("/proc/self/mountinfo", kTextLimit).value_or(""));
  host.has_systemd = files.stat(kSystemdBooted).has_value();
  host.is_root = ::geteuid() == 0;
  if (host.mount.empty()) return host;
  host.controllers = files.read(host.mount + "/cgroup.controllers", kTextLimit).value_or("");
  host.is_writable = ::access((host.mount + "/cgroup.subtree_control").c_str(), W_OK) == 0 &&
                     ::access(host.mount.c_str(), W_OK) == 0;
  return host;
}

Result<GroupChoice> choose_group(const GroupPolicy& policy, const GroupHost& host) {
  if (policy.wanted == OwnGroups::Never) return GroupChoice{GroupKind::None, "", "set by the configuration"};
  const std::string reason = why_no_group(host);
  if (reason.empty()) return GroupChoice{host.has_systemd ? GroupKind::Scope : GroupKind::Leaf, host.mount, ""};
  if (policy.wanted == OwnGroups::Auto) return GroupChoice{GroupKind::None, "", reason};
  return fail(ErrorKind::Denied, "a VM cannot have a control group of its own: " + reason,
              "mend that, or set confinement.limits to Auto");
}

VmmGroup plan_group(const GroupChoice& choice, const GroupPolicy& policy, const MachineSpec& spec, const RuntimeDir& dir) {
  const std::string name = "cowherd-" + unit_word(name_of(parent_of(dir.path()))) + spec.uid.short12();
  const std::string of_daemon = parent_of(parent_of(dir.path()));
  const std::string directory = choice.mount + "/cowherd" + dir.path().substr(of_daemon.size());
  const bool is_scope = choice.kind == GroupKind::Scope;
  VmmGroup group;
  group.kind = choice.kind;
  group.counted = is_scope ? choice.mount + "/cowherd.slice/" + name + ".slice" : directory;
  group.bounds.group = is_scope ? name + ".scope" : directory;
  group.bounds.processors = spec.vcpus;
  // The kernel counts in whole pages.
  group.bounds.memory = Bytes{(spec.memory.value + policy.overhead.value) / kPage.value * kPage.value};
  group.bounds.tasks = spec.vcpus + kOtherTasks;
  return group;
}

Status enter_group(FileSystem& files, const VmmGroup& group, const std::string& sandbox, int pid) {
  // Counters of an earlier VM would speak for this one.
  COWHERD_TRY(leave_group(files, group).in("removing what is left of '" + group.bounds.group + "'"));
  Status entered = group.kind == GroupKind::Scope ? enter_scope(files, group, sandbox, pid) : enter_leaf(files, group, pid);
  return std::move(entered).in("bounding the VMM by '" + group.bounds.group + "'");
}

Status leave_group(FileSystem& files, const VmmGroup& group) {
  if (group.kind == GroupKind::Scope) return leave_scope(files, group);
  const Status removed = files.remove(group.counted);
  return !removed && removed.error().kind == ErrorKind::NotFound ? Status{} : removed;
}

bool ran_out_of_memory(FileSystem& files, const VmmGroup& group) {
  return oom_kills(files.read(group.counted + "/memory.events", kTextLimit).value_or("")) > 0;
}

std::uint64_t oom_kills(std::string_view memory_events) {
  std::istringstream lines{std::string(memory_events)};
  std::string name;
  for (std::uint64_t count = 0; lines >> name >> count;) {
    if (name == "oom_kill") return count;
  }
  return 0;
}

}  // namespace cowherd
