// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/machine_build.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/files/system_calls.h"
#include "resources/machine/qemu/command_line.h"
#include "resources/machine/qemu/held_child.h"
#include "resources/machine/qemu/process.h"

namespace cowherd {
namespace {

constexpr Span kRunDeadline = std::chrono::seconds{10};
constexpr std::size_t kMostOutput = 64 << 10;
constexpr Bytes kKeptLimit = 64_KiB;

// What microvm with ACPI loads besides the kernel: QEMU hw/i386/microvm.c and x86.c. The first one must be there; of the
// others each kernel needs the one for its own boot protocol.
constexpr std::array<const char*, 3> kFirmware{"bios-microvm.bin", "linuxboot_dma.bin", "pvh.bin"};

Result<UniqueFd> memory_file() {
  UniqueFd file(::memfd_create("cowherd-output", MFD_CLOEXEC));
  if (!file.valid()) return fail(errno_error(errno, "make a memfd"));
  return file;
}

Status run_to_end(HeldChild child) {
  ProcessIdentity identity;
  identity.pid = child.pid();
  COWHERD_ASSIGN(identity.boot_id, current_boot_id());
  COWHERD_ASSIGN(identity.start_time, process_start_time(child.pid()));
  COWHERD_ASSIGN(const UniqueFd pidfd, open_process(identity));
  COWHERD_TRY(child.release());
  const Status ended = await_exit(pidfd, Deadline::after(kRunDeadline));
  COWHERD_TRY(signal_process(pidfd, SIGKILL));
  COWHERD_TRY(await_exit(pidfd, Deadline::after(std::chrono::seconds{2})));
  static_cast<void>(collect_child(identity).has_value());
  return ended;
}

// What QEMU prints on its standard output when asked.
Result<std::string> ask(const std::string& binary, std::vector<std::string> question) {
  question.insert(question.begin(), binary);
  ChildPlan plan;
  plan.program = binary;
  plan.arguments = std::move(question);
  COWHERD_ASSIGN(const UniqueFd output, memory_file());
  COWHERD_ASSIGN(plan.input, open_path("/dev/null", O_RDONLY, "open"));
  COWHERD_ASSIGN(plan.errors, open_path("/dev/null", O_WRONLY, "open"));
  plan.output = UniqueFd(::fcntl(output.get(), F_DUPFD_CLOEXEC, 0));
  if (!plan.output.valid()) return fail(errno_error(errno, "duplicate a descriptor"));
  COWHERD_ASSIGN(HeldChild child, HeldChild::fork(std::move(plan)));
  COWHERD_TRY(run_to_end(std::move(child)).in("asking '" + binary + "' about itself"));
  std::string text(kMostOutput, '\0');
  const ssize_t got = ::pread(output.get(), text.data(), text.size(), 0);
  if (got < 0) return fail(errno_error(errno, "read what '" + binary + "' says"));
  text.resize(static_cast<std::size_t>(got));
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string this_processor() {
  std::ifstream file("/proc/cpuinfo");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return processor_features(text);
}

}  // namespace

Result<std::string> parse_version(std::string_view output) {
  constexpr std::string_view kBegin = "QEMU emulator version ";
  const std::string_view line = output.substr(0, output.find('\n'));
  if (line.substr(0, kBegin.size()) != kBegin || line.size() == kBegin.size()) {
    return fail(ErrorKind::Failed, "QEMU does not tell its version: '" + std::string(line.substr(0, 80)) + "'");
  }
  return "QEMU " + std::string(line.substr(kBegin.size()));
}

std::string processor_features(std::string_view cpuinfo) {
  constexpr std::array<std::string_view, 6> kKept{"vendor_id", "cpu family", "model", "model name", "stepping", "flags"};
  std::string features;
  while (!cpuinfo.empty()) {
    const std::string_view line = cpuinfo.substr(0, cpuinfo.find('\n'));
    if (line.empty()) break;  // the next processor
    cpuinfo.remove_prefix(std::min(line.size() + 1, cpuinfo.size()));
    const std::string_view key = line.substr(0, line.find_first_of("\t:"));
    if (std::find(kKept.begin(), kKept.end(), key) != kKept.end()) features += std::string(line) + "\n";
  }
  return features;
}

// Without what a hard link or late allocation changes.
Result<std::string> MachineBuilds::stamp_text(const std::string& path) {
  COWHERD_ASSIGN(const FileStamp stamp, files_.stamp(path));
  return std::to_string(stamp.id.device) + ":" + std::to_string(stamp.id.inode) + ":" + std::to_string(stamp.size.value) + ":" +
         std::to_string(stamp.mtime_ns);
}

Result<MachineBuilds::Software> MachineBuilds::read_software(const std::string& binary) {
  Software software;
  // Stamps first: what changes while it is read is read again the next time.
  COWHERD_ASSIGN(software.stamps[binary], stamp_text(binary));
  COWHERD_ASSIGN(const std::string version, ask(binary, {"--version"}));
  COWHERD_ASSIGN(software.vmm, parse_version(version));
  COWHERD_ASSIGN(const std::string directories, ask(binary, {"-L", "help"}));
  return read_firmware(std::move(software), lines_of(directories));
}

Result<MachineBuilds::Software> MachineBuilds::read_firmware(Software software, const std::vector<std::string>& directories) {
  for (const std::string& directory : directories) {
    if (Result<std::string> stamp = stamp_text(directory)) software.stamps[directory] = *std::move(stamp);
  }
  std::string digests;
  for (const char* name : kFirmware) {
    for (const std::string& directory : directories) {
      const std::string path = directory + "/" + name;
      Result<std::string> stamp = stamp_text(path);
      if (!stamp && stamp.error().kind == ErrorKind::NotFound) continue;
      if (!stamp) return fail(stamp.error());
      COWHERD_ASSIGN(const Digest digest, files_.digest(path, BulkControl{}));
      software.stamps[path] = *std::move(stamp);
      digests += std::string(name) + " " + digest.str() + "\n";
      break;  // QEMU takes the first one, too
    }
    if (digests.empty()) {
      return fail(ErrorKind::Failed, std::string("QEMU has no firmware '") + kFirmware.front() + "'",
                  "install seabios");
    }
  }
  software.firmware = sha256(digests).str();
  return software;
}

bool MachineBuilds::is_current(const Software& software) {
  return std::all_of(software.stamps.begin(), software.stamps.end(), [this](const auto& file) {
    const Result<std::string> stamp = stamp_text(file.first);
    return stamp && *stamp == file.second;
  });
}

Result<std::string> MachineBuilds::kept_name(const std::string& binary) {
  if (cache_dir_.empty()) return fail(ErrorKind::NotFound, "nothing is kept");
  COWHERD_ASSIGN(const std::string boot, current_boot_id());
  return "build-" + sha256(boot + " " + binary).short12() + ".json";
}

Result<MachineBuilds::Software> MachineBuilds::read_kept(const std::string& binary) {
  COWHERD_ASSIGN(const std::string name, kept_name(binary));
  COWHERD_ASSIGN(const std::string text, names_.read(cache_dir_ + "/" + name, kKeptLimit));
  COWHERD_ASSIGN(const Value value, parse_json(text));
  Software software;
  COWHERD_ASSIGN(software.vmm, string_at(value, "vmm"));
  COWHERD_ASSIGN(software.firmware, string_at(value, "firmware"));
  const Value* stamps = value.find("stamps");
  if (stamps == nullptr || stamps->as_map() == nullptr) return fail(ErrorKind::Corrupt, "it has no stamps");
  for (const auto& [path, stamp] : *stamps->as_map()) {
    if (stamp.as_string() != nullptr) software.stamps[path] = *stamp.as_string();
  }
  if (software.stamps.count(binary) == 0 || !is_current(software)) return fail(ErrorKind::Stale, "its files changed");
  return software;
}

// Only a saving of time: what cannot be kept is asked again.
void MachineBuilds::keep(const std::string& binary, const Software& software) {
  const Result<std::string> name = kept_name(binary);
  if (!name || !make_directories(names_, cache_dir_)) return;
  Value stamps = Value::map();
  for (const auto& [path, stamp] : software.stamps) stamps.set(path, stamp);
  Value value = Value::map();
  value.set("vmm", software.vmm);
  value.set("firmware", software.firmware);
  value.set("stamps", std::move(stamps));
  static_cast<void>(publish_file(names_, cache_dir_, *name, print_json(value, JsonStyle::Pretty)).has_value());
}

Result<MachineBuild> MachineBuilds::build(const std::string& binary, const std::string& accelerator) {
  const std::scoped_lock lock(mutex_);
  const auto known = known_.find(binary);
  if (known == known_.end() || !is_current(known->second)) {
    Result<Software> software = read_kept(binary);
    if (!software) {
      software = read_software(binary);
      if (software) keep(binary, *software);
    }
    if (!software) {
      Error error = std::move(software).error();
      if (error.kind == ErrorKind::NotFound) error.kind = ErrorKind::Failed;  // an absent QEMU is not an absent VM
      return fail(std::move(error).in("telling what VMs on this host are made of"));
    }
    known_.insert_or_assign(binary, *std::move(software));
  }
  const Software& software = known_.at(binary);
  MachineBuild build;
  build.vmm = software.vmm;
  build.layout = kMachineLayout;
  build.cpu = cpu_model(accelerator);
  if (accelerator == "kvm") build.cpu += " " + sha256(this_processor()).short12();
  build.accelerator = accelerator;
  build.firmware = software.firmware;
  return build;
}

}  // namespace cowherd
