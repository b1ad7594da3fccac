// SPDX-License-Identifier: Apache-2.0
// What a MachineSpec means to QEMU: its argument vector. Pure. QEMU 5.2 or newer (microvm with ACPI).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resources/machine/machine.h"
#include "resources/machine/qemu/runtime_dir.h"

namespace cowherd {

enum class TcgThreads { Single, Multi };  // Single where there is one CPU: more would only switch
enum class Confinement { None, Seccomp };

struct LaunchOptions {
  std::string binary{};       // absolute
  std::string accelerator{};  // "kvm" or "tcg"
  TcgThreads tcg_threads = TcgThreads::Multi;
  Confinement confinement = Confinement::Seccomp;
  std::optional<std::uint64_t> tsc_khz{};  // under TCG: tsc_frequency.h
};

// Invalid: what QEMU could not be told, or what would tell it something else. Exact paths and counts, not their effect.
Status check_spec(const MachineSpec& spec, const RuntimeDir& dir);

// The guest kernel's arguments: root=/dev/vda rw, reboot=t and (under TCG) tsc_early_khz= unless the template gives them,
// cowherd.sandbox=<name>, then the template's.
std::string kernel_arguments(const MachineSpec& spec, const LaunchOptions& options);

// Precondition: check_spec. QEMU's standard input and output become its event monitor.
std::vector<std::string> command_line(const MachineSpec& spec, const RuntimeDir& dir, const LaunchOptions& options);

}  // namespace cowherd
