// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/doctor_checks.h"
#include "reconciler/commands/program_output.h"
#include "reconciler/commands/settings.h"
#include "resources/machine/qemu/accelerator.h"

namespace cowherd {

namespace {

constexpr Span kProgramAnswers{5000};

}  // namespace

Check check_qemu(const Config& config) {
  const std::string binary = qemu_binary(config);
  const auto line = first_line_of(binary, {"--version"}, kProgramAnswers);
  if (line) return {"QEMU", Health::Ok, *line + " (" + binary + ")", ""};
  return {"QEMU", Health::Fail, to_string(line.error()),
          "install it (Debian: apt install qemu-system-x86), or set machine.qemu in the configuration"};
}

Check check_qemu_img(const Config& config, DiskDriverSetting wanted, Health device_mapper) {
  const std::string binary = qemu_img_beside(config);
  const auto line = first_line_of(binary, {"--version"}, kProgramAnswers);
  if (line) return {"qemu-img", Health::Ok, *line + " (" + binary + ")", ""};
  const bool needed = wanted == DiskDriverSetting::Qcow2 || device_mapper != Health::Ok;
  return {"qemu-img", needed ? Health::Fail : Health::Warn,
          to_string(line.error()) + (needed ? "" : "; qcow2 images cannot be imported"),
          "install it (Debian: apt install qemu-utils)"};
}

Check check_kvm(const Config& config, FileSystem& files) {
  if (config.accel == AccelSetting::Tcg) return {"KVM", Health::Ok, "not used: machine.accel is Tcg", ""};
  KvmProbe probe;
  probe.binary = qemu_binary(config);  // cache_dir stays empty: a doctor looks afresh and keeps nothing
  const AcceleratorChoice choice = probe_kvm(probe, files);
  if (choice.name == "kvm") return {"KVM", Health::Ok, choice.reason, ""};
  const bool required = config.accel == AccelSetting::Kvm;
  return {"KVM", required ? Health::Fail : Health::Warn, choice.reason,
          required ? "set machine.accel to Auto, or use a host where KVM works"
                   : "guests run emulated (slow); enable virtualisation and give access to /dev/kvm (group kvm)"};
}

Check check_memory(const Config& config, Bytes host_memory) {
  const std::uint64_t mebibytes = host_memory.value >> 20;
  const std::uint64_t budget = mebibytes * static_cast<std::uint64_t>(config.memory_budget_percent) / 100;
  const std::string finding = std::to_string(budget) + " MiB for guests (" +
                              std::to_string(config.memory_budget_percent) + " % of " + std::to_string(mebibytes) +
                              " MiB)";
  if (budget < 256) {
    return {"memory", Health::Warn, finding, "add memory or raise limits.memoryBudgetPercent in the configuration"};
  }
  return {"memory", Health::Ok, finding, ""};
}

}  // namespace cowherd
