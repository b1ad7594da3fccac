// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/command_line.h"


#include <algorithm>

#include "resources/files/json.h"
#include "resources/files/unix_socket_address.h"

namespace cowherd {
namespace {

// MiB of translated code, part of what confinement.memoryOverhead allows. By itself QEMU takes up to 1 GiB.
constexpr const char* kTranslated = "128";

constexpr std::int64_t kMostVcpus = 288;           // of the microvm machine
constexpr Bytes kLeastMemory = 16_MiB;
constexpr std::size_t kOwnKernelArguments = 80;     // what kernel_arguments() adds, without the name
constexpr std::size_t kMostKernelArguments = 2047;  // COMMAND_LINE_SIZE of Linux on x86, without the final zero

// In QEMU's option lists a comma ends a value; two stand for one.
std::string escaped(const std::string& value) {
  std::string result;
  for (const char letter : value) {
    result += letter;
    if (letter == ',') result += ',';
  }
  return result;
}

// Also as one word of several in one argument.
bool names(const MachineSpec& spec, const std::string& parameter) {
  return std::any_of(spec.boot_args.begin(), spec.boot_args.end(), [&](const std::string& argument) {
    return (" " + argument).find(" " + parameter + "=") != std::string::npos;
  });
}

bool printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return static_cast<unsigned char>(letter) >= 0x20; });
}

Status check_path(const std::string& path, const char* what) {
  if (!path.empty() && path.front() == '/' && printable(path)) return {};
  return fail(ErrorKind::Invalid, std::string(what) + " '" + path + "' is not an absolute path");
}

class Arguments {
 public:
  explicit Arguments(std::string program) : words_{std::move(program)} {}
  Arguments& flag(const char* name) {
    words_.emplace_back(name);
    return *this;
  }
  Arguments& option(const char* name, std::string value) {
    words_.emplace_back(name);
    words_.push_back(std::move(value));
    return *this;
  }
  std::vector<std::string> take() && { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

std::string socket_chardev(const char* id, int listening) {
  return std::string("socket,id=") + id + ",fd=" + std::to_string(listening) + ",server=on,wait=off";
}

// What QEMU opens like any other file, by this user's right to the file itself.
std::string own_descriptor(int number) { return "/proc/self/fd/" + std::to_string(number); }

// What QEMU duplicates instead of opening it.
std::string descriptor_set(int number) { return "/dev/fdset/" + std::to_string(number); }

void add_descriptor_set(Arguments& arguments, int number) {
  arguments.option("-add-fd", "fd=" + std::to_string(number) + ",set=" + std::to_string(number));
}

std::string accelerator_option(const LaunchOptions& options) {
  if (options.accelerator == "kvm") return "kvm";
  return std::string("tcg,tb-size=") + kTranslated + (options.tcg_threads == TcgThreads::Single ? ",thread=single" : "");
}

// After a boot in a memfd and shared: readable at a pause, without a file. Loaded: a private mapping of the image, so that
// the image stays as it is and clones share its pages. Without prealloc: a page is read when the guest first needs it.
std::string memory_backend(const MachineSpec& spec, const VmmDescriptors& at) {
  const std::string size = ",id=ram,size=" + std::to_string(spec.memory.value);
  if (!at.image) return "memory-backend-memfd" + size + ",share=on";
  return "memory-backend-file" + size + ",share=off,mem-path=" + own_descriptor(*at.image);
}

// QEMU loads by itself from the descriptor, whoever lives meanwhile, and ends when it cannot. The state is as
// xen-save-devices-state writes it: without the section that send-configuration stands for.
void add_saved(Arguments& arguments, int state) {
  arguments.option("-global", "migration.send-configuration=off")
      .option("-incoming", "fd:" + std::to_string(state))
      .flag("-S");
}

void add_machine(Arguments& arguments, const MachineSpec& spec, const VmmDescriptors& at, const LaunchOptions& options) {
  const std::string memory = std::to_string(spec.memory.value);
  // Saved state does not describe itself, and QEMU need not look for that.
  const std::string machine = std::string("microvm,acpi=on,rtc=on,memory-backend=ram") +
                              (spec.saved ? ",suppress-vmdesc=on" : "");
  arguments.option("-name", "guest=" + escaped(spec.name) + ",debug-threads=on")
      .option("-M", machine)
      .option("-accel", accelerator_option(options))
      .option("-cpu", cpu_model(options.accelerator))
      .option("-smp", std::to_string(spec.vcpus))
      .option("-object", memory_backend(spec, at))
      .option("-m", "size=" + memory + "B")
      .flag("-nodefaults")
      .flag("-no-user-config")
      .option("-display", "none")
      .flag("-no-reboot")
      .option("-rtc", "base=utc");
  if (options.confinement == Confinement::Seccomp) {
    arguments.option("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
  }
}

// Given in full: QEMU could not open what the overlay's header names.
Value base_node(int descriptor) {
  Value file = Value::map();
  file.set("driver", "file");
  file.set("filename", descriptor_set(descriptor));
  file.set("read-only", Value(true));
  Value node = Value::map();
  node.set("driver", "raw");
  node.set("node-name", "base");
  node.set("read-only", Value(true));
  node.set("file", std::move(file));
  return node;
}

void add_disk(Arguments& arguments, const MachineSpec& spec, const VmmDescriptors& at) {
  const bool device = is_device_node(spec.disk_node);
  // The guest's flushes reach the disk; its discards do not, since a hole in a shared base is not what they mean.
  // A device is written past the host's page cache: there a write that a full store refuses is the guest's own request,
  // which waits until the store is repaired. From the page cache it would be lost after the guest was told that it is done.
  Value root = root_node(spec.disk_format);
  add_descriptor_set(arguments, at.disk);
  if (at.base) {
    add_descriptor_set(arguments, *at.base);
    arguments.option("-blockdev", print_json(base_node(*at.base), JsonStyle::Compact));
    root.set("backing", "base");
  }
  arguments
      .option("-blockdev", std::string("driver=") + (device ? "host_device" : "file") + ",node-name=node,filename=" +
                               descriptor_set(at.disk) +
                               ",aio=threads,cache.direct=" + (device ? "on" : "off") + ",cache.no-flush=off,discard=ignore,locking=auto")
      .option("-blockdev", print_json(root, JsonStyle::Compact))
      // A full or failed store stops the guest instead of telling it EIO.
      .option("-device", "virtio-blk-device,drive=root,werror=stop,rerror=stop,discard=off");
}

void add_channels(Arguments& arguments, const MachineSpec& spec, const VmmDescriptors& at) {
  add_descriptor_set(arguments, at.serial_log);
  arguments.option("-chardev", socket_chardev("qmp", at.control))
      .option("-mon", "chardev=qmp,mode=control")
      .option("-chardev", socket_chardev("query", at.query))
      .option("-mon", "chardev=query,mode=control")
      // Standard input holds qmp_capabilities and then ends, standard output is events.log: QEMU records its own events.
      .option("-chardev", "stdio,id=events,signal=off")
      .option("-mon", "chardev=events,mode=control")
      .option("-chardev", socket_chardev("serial", at.serial) + ",logfile=" + descriptor_set(at.serial_log) +
                              ",logappend=on")
      .option("-serial", "chardev:serial")
      .option("-device", "virtio-serial-device")
      .option("-chardev", socket_chardev("agent", at.agent))
      .option("-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0");
  if (spec.network == GuestNetwork::User) {
    arguments.option("-netdev", "user,id=net").option("-device", "virtio-net-device,netdev=net");
  }
}

}  // namespace

bool is_device_node(const std::string& disk_node) { return disk_node.rfind("/dev/", 0) == 0; }

Value root_node(const std::string& disk_format) {
  Value node = Value::map();
  node.set("driver", disk_format);
  node.set("node-name", "root");
  node.set("file", "node");
  node.set("discard", "ignore");
  return node;
}

std::string cpu_model(const std::string& accelerator) { return accelerator == "kvm" ? "host" : "max"; }

Status check_spec(const MachineSpec& spec, const RuntimeDir& dir) {
  COWHERD_TRY(check_path(spec.disk_node, "disk"));
  COWHERD_TRY(check_path(spec.kernel, "kernel"));
  COWHERD_TRY(check_path(spec.serial_log, "serial log"));
  if (!spec.initrd.empty()) COWHERD_TRY(check_path(spec.initrd, "initrd"));
  if (spec.saved) {
    COWHERD_TRY(check_path(spec.saved->state_file, "device state"));
    COWHERD_TRY(check_path(spec.saved->memory_image, "memory image"));
  }
  if (spec.disk_format != "raw" && spec.disk_format != "qcow2") {
    return fail(ErrorKind::Invalid, "disk format '" + spec.disk_format + "' is not raw or qcow2");
  }
  if (spec.vcpus < 1 || spec.vcpus > kMostVcpus) {
    return fail(ErrorKind::Invalid, "vcpus " + std::to_string(spec.vcpus) + " is not between 1 and 288");
  }
  if (spec.memory < kLeastMemory || spec.memory.value % 4096 != 0) {
    return fail(ErrorKind::Invalid, "memory " + print_quantity(spec.memory) + " is less than 16Mi or not whole pages");
  }
  for (const std::string& argument : spec.boot_args) {
    if (!printable(argument)) return fail(ErrorKind::Invalid, "a boot argument holds a control character");
  }
  std::size_t length = kOwnKernelArguments + spec.name.size();
  for (const std::string& argument : spec.boot_args) length += 1 + argument.size();
  if (length > kMostKernelArguments) {
    return fail(ErrorKind::Invalid, "the boot arguments are longer than Linux takes (2047 characters in all)");
  }
  if (!unix_address(dir.serial_socket())) {
    return fail(ErrorKind::Invalid, "the runtime directory '" + dir.path() + "' has too long a path for unix sockets",
                "set a shorter XDG_RUNTIME_DIR");
  }
  return {};
}

std::string kernel_arguments(const MachineSpec& spec, const LaunchOptions& options) {
  std::string text;
  if (!names(spec, "root")) text += "root=/dev/vda rw ";
  // Reset by triple fault at once; the ways Linux tries before it do not exist here (QEMU docs/system/i386/microvm.rst).
  if (!names(spec, "reboot")) text += "reboot=t ";
  if (options.tsc_khz && !names(spec, "tsc_early_khz")) {
    text += "tsc_early_khz=" + std::to_string(*options.tsc_khz) + " ";
  }
  text += "cowherd.sandbox=" + spec.name;
  for (const std::string& argument : spec.boot_args) text += " " + argument;
  return text;
}

std::vector<std::string> command_line(const MachineSpec& spec, const VmmDescriptors& at, const LaunchOptions& options) {
  Arguments arguments(options.binary);
  add_machine(arguments, spec, at, options);
  arguments.option("-kernel", own_descriptor(at.kernel));
  if (at.initrd) arguments.option("-initrd", own_descriptor(*at.initrd));
  arguments.option("-append", kernel_arguments(spec, options));
  add_disk(arguments, spec, at);
  add_channels(arguments, spec, at);
  if (at.state) add_saved(arguments, *at.state);
  return std::move(arguments).take();
}

}  // namespace cowherd
