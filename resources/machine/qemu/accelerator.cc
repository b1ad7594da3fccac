// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/accelerator.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "resources/files/bulk.h"
#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/files/system_calls.h"
#include "resources/machine/qemu/exit_reason.h"
#include "resources/machine/qemu/held_child.h"
#include "resources/machine/qemu/log_file.h"
#include "resources/machine/qemu/process.h"

namespace cowherd {
namespace {

constexpr Bytes kAnswerLimit = 16_KiB;
constexpr Bytes kConsoleLimit = 1_MiB;

AcceleratorChoice tcg(std::string reason) { return {"tcg", std::move(reason)}; }
AcceleratorChoice kvm(std::string reason) { return {"kvm", std::move(reason)}; }

// A scratch directory that goes with its files.
class Scratch {
 public:
  static Result<Scratch> make(FileSystem& files) {
    std::string name = "/tmp/cowherd-probe-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return fail(errno_error(errno, "make a directory in /tmp"));
    return Scratch(files, std::move(name));
  }
  Scratch(Scratch&& other) noexcept : files_(other.files_), path_(std::exchange(other.path_, {})) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    if (!path_.empty()) static_cast<void>(remove_tree(files_, path_).has_value());
  }
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  Scratch(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  FileSystem& files_;
  std::string path_;
};

// 64 KiB of firmware whose reset vector (the last 16 bytes, Intel SDM volume 3, 10.1.4) writes 'K' to the serial port
// and to isa-debug-exit: mov dx,0x3f8; mov al,'K'; out dx,al; mov dx,0x501; out dx,al; hlt.
std::string eleven_bytes() {
  std::string image(65536, '\0');
  image.replace(65536 - 16, 11, std::string("\xba\xf8\x03\xb0\x4b\xee\xba\x01\x05\xee\xf4", 11));
  return image;
}

Result<std::vector<std::string>> probe_arguments(const KvmProbe& probe, const Scratch& scratch, FileSystem& files) {
  std::vector<std::string> words{probe.binary, "-M", "microvm,acpi=on", "-accel", "kvm", "-cpu", "host", "-m", "128",
                                 "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                                 "-chardev", "file,id=console,path=" + scratch.file("console"),
                                 "-serial", "chardev:console"};
  if (!probe.kernel.empty()) {
    for (const std::string& word : {std::string("-kernel"), probe.kernel, std::string("-append"),
                                    std::string("console=ttyS0 panic=-1")}) {
      words.push_back(word);
    }
    return words;
  }
  COWHERD_TRY(files.write(scratch.file("firmware"), eleven_bytes()));
  for (const std::string& word : {std::string("-bios"), scratch.file("firmware"), std::string("-device"),
                                  std::string("isa-debug-exit,iobase=0x501,iosize=1")}) {
    words.push_back(word);
  }
  return words;
}

// Runs the probe's QEMU to its end or the deadline; true when it ended by itself.
Result<bool> run_to_end(const KvmProbe& probe, const Scratch& scratch, FileSystem& files) {
  ChildPlan plan;
  plan.program = probe.binary;
  COWHERD_ASSIGN(plan.arguments, probe_arguments(probe, scratch, files));
  COWHERD_ASSIGN(plan.input, open_path("/dev/null", O_RDONLY, "open"));
  COWHERD_ASSIGN(plan.output, open_path("/dev/null", O_WRONLY, "open"));
  COWHERD_ASSIGN(plan.errors, open_path(scratch.file("errors"), O_WRONLY | O_CREAT | O_APPEND, "create"));
  COWHERD_ASSIGN(HeldChild child, HeldChild::fork(std::move(plan)));
  ProcessIdentity identity;
  identity.pid = child.pid();
  COWHERD_ASSIGN(identity.boot_id, current_boot_id());
  COWHERD_ASSIGN(identity.start_time, process_start_time(child.pid()));
  COWHERD_ASSIGN(const UniqueFd pidfd, open_process(identity));
  COWHERD_TRY(child.release());
  const bool ended = await_exit(pidfd, Deadline::after(probe.deadline)).has_value();
  COWHERD_TRY(signal_process(pidfd, SIGKILL));
  COWHERD_TRY(await_exit(pidfd, Deadline::after(std::chrono::seconds{2})));
  static_cast<void>(collect_child(identity).has_value());
  return ended;
}

AcceleratorChoice judge(const KvmProbe& probe, bool ended, const Scratch& scratch) {
  const std::string console = read_tail(scratch.file("console"), kConsoleLimit).value_or("");
  const std::string words = last_words(read_tail(scratch.file("errors"), kConsoleLimit).value_or(""));
  const std::string seconds = print_span(probe.deadline);
  if (probe.kernel.empty()) {
    if (ended && console == "K") return kvm("a test program ran under KVM");
    return tcg(ended ? "QEMU cannot run a guest under KVM: " + words : "a test program hung under KVM for " + seconds);
  }
  // The panic for want of a root file system, or a kernel that brings its own: it reached user space.
  const bool booted = console.find("Kernel panic") != std::string::npos || console.find("Run /") != std::string::npos;
  if (booted) return kvm("a kernel booted under KVM");
  if (!ended) return tcg("a kernel hung under KVM for " + seconds);
  return tcg("QEMU cannot run a guest under KVM: " + (words.empty() ? "it ended before the kernel was up" : words));
}

AcceleratorChoice run_probe(const KvmProbe& probe, FileSystem& files) {
  Result<Scratch> scratch = Scratch::make(files);
  if (!scratch) return tcg("KVM could not be tried: " + to_string(scratch.error()));
  const Result<bool> ended = run_to_end(probe, *scratch, files);
  if (!ended) return tcg("KVM could not be tried: " + to_string(ended.error()));
  return judge(probe, *ended, *scratch);
}

// Everything the answer depends on: this boot of the host, QEMU and the kernel as files.
Result<std::string> cache_key(const KvmProbe& probe) {
  COWHERD_ASSIGN(std::string text, current_boot_id());
  for (const std::string& path : {probe.binary, probe.kernel}) {
    struct stat found {};
    if (!path.empty() && ::stat(path.c_str(), &found) != 0) return fail(errno_error(errno, "look at '" + path + "'"));
    text += " " + std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) + ":" +
            std::to_string(found.st_size) + ":" + std::to_string(found.st_mtim.tv_sec);
  }
  return sha256(text).short12();
}

Result<AcceleratorChoice> read_answer(FileSystem& files, const std::string& path) {
  COWHERD_ASSIGN(const std::string text, files.read(path, kAnswerLimit));
  COWHERD_ASSIGN(const Value value, parse_json(text));
  AcceleratorChoice choice;
  COWHERD_ASSIGN(choice.name, string_at(value, "name"));
  COWHERD_ASSIGN(choice.reason, string_at(value, "reason"));
  if (choice.name != "kvm" && choice.name != "tcg") return fail(ErrorKind::Corrupt, "unknown accelerator");
  return choice;
}

// Only a saving of time: an answer that cannot be kept is found again.
void keep_answer(FileSystem& files, const std::string& directory, const std::string& name,
                 const AcceleratorChoice& choice) {
  Value value = Value::map();
  value.set("name", choice.name);
  value.set("reason", choice.reason);
  if (!make_directories(files, directory)) return;
  static_cast<void>(publish_file(files, directory, name, print_json(value, JsonStyle::Pretty)).has_value());
}

}  // namespace

AcceleratorChoice probe_kvm(const KvmProbe& probe, FileSystem& files) {
  // Neither is kept: both change while the host runs.
  if (::access(probe.device.c_str(), F_OK) != 0) return tcg("the host has no " + probe.device);
  if (::access(probe.device.c_str(), R_OK | W_OK) != 0) {
    return tcg(probe.device + " may not be opened by this user (join the group kvm)");
  }
  const Result<std::string> key = cache_key(probe);
  if (!key) return tcg("KVM could not be tried: " + to_string(key.error()));
  const std::string name = "accelerator-" + *key + ".json";
  if (probe.cache_dir.empty()) return run_probe(probe, files);
  if (Result<AcceleratorChoice> kept = read_answer(files, probe.cache_dir + "/" + name)) return *std::move(kept);
  const AcceleratorChoice choice = run_probe(probe, files);
  keep_answer(files, probe.cache_dir, name, choice);
  return choice;
}

AcceleratorChoice AcceleratorChooser::choose(Accelerator wanted, const KvmProbe& probe) {
  switch (wanted) {
    case Accelerator::Kvm: return kvm("set by the configuration");
    case Accelerator::Tcg: return tcg("set by the configuration");
    case Accelerator::Auto: break;
  }
  const std::scoped_lock lock(one_probe_);
  return probe_kvm(probe, files_);
}

}  // namespace cowherd
