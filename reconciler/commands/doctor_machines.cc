// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/doctor_checks.h"
#include "reconciler/commands/program_output.h"
#include "reconciler/commands/settings.h"
#include "resources/machine/qemu/accelerator.h"

namespace cowherd {

namespace {

constexpr Span kProgramAnswers{5000};

Check check_user_range(const UserRange& range, const Result<AccountFiles>& accounts) {
  if (!accounts) {
    return {"machine users", Health::Fail, to_string(accounts.error()), "which users are free must be known to start a machine"};
  }
  const std::uint64_t last = std::uint64_t{range.first} + range.count - 1;
  const std::string finding =
      "each machine runs as a user of its own, " + std::to_string(range.first) + " to " + std::to_string(last);
  const std::size_t others = ids_of_accounts(*accounts, range).size();
  if (others == 0) return {"machine users", Health::Ok, finding, ""};
  return {"machine users", others == range.count ? Health::Fail : Health::Warn,
          finding + "; " + std::to_string(others) + " of them are left out, as accounts of this host have them or their containers may",
          "set confinement.uidBase to a range that /etc/passwd, group, subuid and subgid do not name"};
}

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

Check check_machine_users(const Config& config, const std::string& accelerator, FileSystem& files) {
  const UserPolicy policy = user_policy_of(config);
  const Result<UserChoice> choice = choose_users(policy, accelerator, files);
  if (!choice) return {"machine users", Health::Fail, choice.error().message, choice.error().hint};
  if (choice->range) {
    return check_user_range(*choice->range, read_account_files(files));
  }
  return {"machine users", policy.wanted == OwnUsers::Never ? Health::Ok : Health::Warn,
          "machines run as the daemon's user: " + choice->reason,
          policy.wanted == OwnUsers::Never ? "" : "a daemon that runs as root gives each machine a user of its own"};
}

Check check_machine_limits(const Config& config, const GroupHost& host) {
  const GroupPolicy policy = group_policy_of(config);
  const Result<GroupChoice> choice = choose_group(policy, host);
  if (!choice) return {"machine limits", Health::Fail, choice.error().message, choice.error().hint};
  const std::string memory = "its guest's processors, and its memory with " + print_quantity(policy.overhead) + " more";
  switch (choice->kind) {
    case GroupKind::Scope: return {"machine limits", Health::Ok, "each machine is kept by a systemd scope to " + memory, ""};
    case GroupKind::Leaf: return {"machine limits", Health::Ok, "each machine is kept by a control group to " + memory, ""};
    case GroupKind::None: break;
  }
  const bool wanted = policy.wanted != OwnGroups::Never;
  return {"machine limits", wanted ? Health::Warn : Health::Ok, "machines have no limits of their own: " + choice->reason,
          wanted ? "a daemon that runs as root on cgroup v2 gives each machine a control group" : ""};
}

Check check_memory_images(const Config& config, const std::string& accelerator, FileSystem& files, Health reflink) {
  const Result<UserChoice> choice = choose_users(user_policy_of(config), accelerator, files);
  if (!choice || !choice->range) return {"memory images", Health::Ok, "clones of a snapshot share one", ""};
  if (reflink == Health::Ok) {
    return {"memory images", Health::Ok, "each clone of a snapshot gets a reflink of its own; no pages are shared", ""};
  }
  return {"memory images", Health::Warn, "each clone of a snapshot gets a full copy of its own while it runs",
          "put the state directory on XFS or btrfs, or set confinement.users to Never to share them"};
}

Check check_seccomp(FileSystem& files) {
  if (files.stat(kSeccompActions)) return {"system calls", Health::Ok, "QEMU is kept from those it does not need", ""};
  return {"system calls", Health::Warn, "this kernel has no seccomp filters: QEMU may use all of them",
          "use a kernel with CONFIG_SECCOMP_FILTER"};
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
