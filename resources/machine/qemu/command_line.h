// SPDX-License-Identifier: Apache-2.0
// What a MachineSpec means to QEMU: its argument vector. Pure. QEMU 5.2 or newer (microvm with ACPI).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resources/machine/machine.h"
#include "resources/machine/qemu/control_group.h"
#include "resources/machine/qemu/host_users.h"
#include "resources/machine/qemu/runtime_dir.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

enum class TcgThreads { Single, Multi };  // Single where there is one CPU: more would only switch
// Present exactly where the kernel has seccomp filters (seccomp(2)).
inline constexpr const char* kSeccompActions = "/proc/sys/kernel/seccomp/actions_avail";
enum class Confinement { None, Seccomp };

// Saved device state fits the devices it was saved from, by their kind and order. To be changed with any line of
// command_line() that changes a device, a bus or the machine: state saved before is refused then, and its guest boots.
inline constexpr const char* kMachineLayout = "microvm-1";

// Devices are opened by another driver than files, and written directly.
bool is_device_node(const std::string& disk_node);

// The disk's upper block node as QMP takes it.
Value root_node(const std::string& disk_format);

std::string cpu_model(const std::string& accelerator);

struct LaunchOptions {
  std::string binary{};       // absolute
  std::string accelerator{};  // "kvm" or "tcg"
  TcgThreads tcg_threads = TcgThreads::Multi;
  Confinement confinement = Confinement::Seccomp;
  UserChoice users{};                      // what the VMM runs as
  GroupPolicy groups{};                    // what the VMM is kept to
  GroupChoice group{};
  std::optional<std::uint64_t> tsc_khz{};  // under TCG: tsc_frequency.h
  std::optional<MachineBuild> build{};     // only written down, in vm.json
};

// The numbers of what a VMM is handed (vmm_files.h).
struct VmmDescriptors {
  int disk = -1;
  std::optional<int> base{};    // below a qcow2 overlay
  int kernel = -1;
  std::optional<int> initrd{};
  int serial_log = -1;
  int control = -1;  // listening sockets, as the next three
  int query = -1;
  int serial = -1;
  int agent = -1;
  std::optional<int> image{};   // of a saved guest
  std::optional<int> state{};
};

// Invalid: what QEMU could not be told, or what would tell it something else. Exact paths and counts, not their effect.
Status check_spec(const MachineSpec& spec, const RuntimeDir& dir);

// The guest kernel's arguments: root=/dev/vda rw, reboot=t and (under TCG) tsc_early_khz= unless the template gives them,
// cowherd.sandbox=<name>, then the template's.
std::string kernel_arguments(const MachineSpec& spec, const LaunchOptions& options);

// Precondition: check_spec. QEMU's standard input and output become its event monitor. No path of the host is named but
// through /proc/self/fd: QEMU opens kernel, initrd and memory image itself, and takes the rest as it is handed.
std::vector<std::string> command_line(const MachineSpec& spec, const VmmDescriptors& at, const LaunchOptions& options);

}  // namespace cowherd
