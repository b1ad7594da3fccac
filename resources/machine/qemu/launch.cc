// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/launch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "resources/files/publish.h"
#include "resources/files/system_calls.h"
#include "resources/machine/qemu/exit_reason.h"
#include "resources/machine/qemu/held_child.h"
#include "resources/machine/qemu/log_file.h"
#include "resources/machine/qemu/qmp.h"
#include "resources/machine/qemu/vmm_files.h"

namespace cowherd {
namespace {

constexpr Span kStartDeadline = std::chrono::seconds{20};
constexpr Span kKillDeadline = std::chrono::seconds{2};
constexpr Span kRetry{10};
constexpr Bytes kLogTail = 64_KiB;
constexpr const char* kNoLock = "Failed to get";  // "… "write" lock": of the disk

Result<FileId> program_identity(const std::string& binary) {
  struct stat found {};
  if (::stat(binary.c_str(), &found) != 0 || ::access(binary.c_str(), X_OK) != 0) {
    Error error = errno_error(errno, "execute QEMU '" + binary + "'");
    error.kind = ErrorKind::Failed;  // an absent QEMU is not an absent VM
    return fail(std::move(error).with_hint("install qemu-system-x86"));
  }
  return FileId{found.st_dev, found.st_ino};
}

// The whole directory appears at once, owner's name and all.
Status make_directory(FileSystem& files, const RuntimeDir& dir, const Uid& uid) {
  COWHERD_TRY(make_directories(files, parent_of(dir.path())));
  COWHERD_TRY(remove_tree(files, dir.staged()));
  COWHERD_TRY(files.make_directory(dir.staged()));
  COWHERD_TRY(files.write(dir.staged() + "/" + RuntimeDir::kUidFile, uid.str()));
  COWHERD_TRY(files.write(dir.staged() + "/" + RuntimeDir::kEventsIn, "{\"execute\":\"qmp_capabilities\"}\n"));
  return publish_directory(files, dir.staged(), dir.path());
}

Result<HeldChild> fork_vmm(const MachineSpec& spec, const RuntimeDir& dir, const LaunchOptions& options, VmmFiles files,
                           std::optional<ChildUser> user) {
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW;
  ChildPlan plan;
  plan.program = options.binary;
  plan.arguments = command_line(spec, files.at, options);
  COWHERD_ASSIGN(plan.input, open_path(dir.file(RuntimeDir::kEventsIn), O_RDONLY | O_NOFOLLOW, "open"));
  COWHERD_ASSIGN(plan.output, open_path(dir.events_log(), kAppend, "create"));
  COWHERD_ASSIGN(plan.errors, open_path(dir.vmm_log(), kAppend, "create"));
  plan.extra = std::move(files.files);
  plan.user = std::move(user);
  return HeldChild::fork(std::move(plan));
}

VmRecord make_record(const MachineSpec& spec, const LaunchOptions& options, const Clock& clock) {
  VmRecord record;
  record.uid = spec.uid;
  record.name = spec.name;
  record.config_digest = spec.config_digest;
  record.accelerator = options.accelerator;
  record.memory = spec.memory;
  record.vcpus = spec.vcpus;
  record.network = spec.network;
  record.disk_node = spec.disk_node;
  record.disk_format = spec.disk_format;
  record.serial_log = spec.serial_log;
  record.started_at = clock.now();
  record.build = options.build;
  record.unbounded = options.group.reason;
  return record;
}

// QEMU's words, with what to do about them where that is known.
Error explain(const RuntimeDir& dir) {
  struct Known {
    const char* words;
    ErrorKind kind;
    const char* hint;
  };
  static constexpr std::array<Known, 7> kKnown{{
      {kNoLock, ErrorKind::Busy, "another process uses the disk; it is tried again"},
      {"load of migration failed", ErrorKind::Corrupt, "the saved state is damaged or of another machine"},
      {"Cannot allocate memory", ErrorKind::Exhausted, "the host has too little free memory for this VM"},
      {"Permission denied", ErrorKind::Denied, "the user of the VMM may not read the file named"},
      {"KVM", ErrorKind::Failed, "set accel: tcg, or see what `cowherd doctor` says about KVM"},
      {"kernel", ErrorKind::Failed, "the template's boot.kernel must be a bzImage with a PVH or Linux boot header"},
      {"No such file", ErrorKind::Failed, "a file of the VM is missing"},
  }};
  const std::string words = last_words(read_tail(dir.vmm_log(), kLogTail).value_or(""));
  Error error = make_error(ErrorKind::Failed, "QEMU cannot start the VM: " + (words.empty() ? "it said nothing" : words));
  for (const Known& known : kKnown) {
    if (words.find(known.words) == std::string::npos) continue;
    error.kind = known.kind;
    return std::move(error).with_hint(known.hint);
  }
  return error;
}

Error too_large(const VmmGroup& group) {
  return make_error(ErrorKind::Exhausted,
                    "the kernel killed QEMU, which needed more memory than the " + print_quantity(group.bounds.memory) +
                        " of its control group",
                    "raise confinement.memoryOverhead in the configuration")
      .because("OutOfMemory");
}

// A guest can be so quick that it is over before we ask.
bool ran_already(const RuntimeDir& dir) {
  const auto shutdown = last_shutdown(read_tail(dir.events_log(), kLogTail).value_or(""));
  return shutdown && shutdown->reason.rfind("guest-", 0) == 0;
}

// A loaded guest is paused also when QEMU could not get its disk, which it only complains about.
Status check_disk(const RuntimeDir& dir) {
  const std::string log = read_tail(dir.vmm_log(), kLogTail).value_or("");
  if (log.find(kNoLock) == std::string::npos) return {};
  return fail(explain(dir));
}

bool is_in_state(const RuntimeDir& dir, const char* wanted, const Deadline& deadline) {
  Result<QmpClient> client = QmpClient::connect(dir.control_socket());
  if (!client) return false;
  const Result<Value> status = client->call("query-status", deadline);
  return status && string_at(*status, "status").value_or("") == wanted;
}

// "running" after a boot, "paused" when a guest was loaded.
Status await_state(const char* wanted, const RuntimeDir& dir, const UniqueFd& pidfd) {
  const Deadline deadline = Deadline::after(kStartDeadline);
  while (!deadline.passed()) {
    if (is_in_state(dir, wanted, deadline)) return check_disk(dir);
    if (!await_exit(pidfd, deadline.within(kRetry))) continue;
    if (ran_already(dir)) return {};
    return fail(explain(dir));
  }
  return fail(ErrorKind::Failed,
              "QEMU did not say within " + print_span(kStartDeadline) + " that the VM is " + std::string(wanted));
}

Error undo(Error error, const RuntimeDir& dir, const VmRecord& record, const UniqueFd& pidfd, FileSystem& files) {
  const auto add = [&](const Status& cleanup) {
    if (!cleanup) error = std::move(error).and_also(cleanup.error());
    return cleanup.has_value();
  };
  add(signal_process(pidfd, SIGKILL));
  // A process that does not die keeps its directory, so that it is found and not forgotten.
  if (!add(await_exit(pidfd, Deadline::after(kKillDeadline)))) return error;
  static_cast<void>(collect_child(record.process).has_value());
  if (record.group && !add(leave_group(files, *record.group))) return error;
  add(remove_runtime_dir(files, dir));
  return error;
}

// The child has its user already. One who looks below another runtime directory could have chosen the same.
Status check_alone(std::uint32_t user, int pid, FileSystem& files) {
  COWHERD_ASSIGN(const std::set<std::uint32_t> others, users_of_processes(files, UserRange{user, 1}, pid));
  if (others.empty()) return {};
  return fail(ErrorKind::Busy, "another process began to run as user " + std::to_string(user) + " of the VM",
              "give each cowherd of this host a confinement.uidBase of its own");
}

// The child is written down, and executes nothing before that. Its user, where it gets one, is nobody else's from the look
// at those that are taken until then.
Result<HeldChild> hold_vmm(const MachineSpec& spec, const RuntimeDir& dir, const LaunchOptions& options, VmmFiles opened,
                           VmRecord& record, FileSystem& files) {
  std::optional<UserLease> lease;
  std::optional<ChildUser> user;
  if (options.users.range) {
    COWHERD_ASSIGN(UserLease taken, UserLease::take(files, parent_of(dir.path()), *options.users.range, spec.uid));
    user = ChildUser{taken.id(), options.users.device_group};
    record.host_user = taken.id();
    lease.emplace(std::move(taken));
    COWHERD_TRY(give_vmm_files(opened, user->id));
  }
  COWHERD_ASSIGN(HeldChild child, fork_vmm(spec, dir, options, std::move(opened), user));
  record.process.pid = child.pid();
  COWHERD_ASSIGN(record.process.boot_id, current_boot_id());
  COWHERD_ASSIGN(record.process.start_time, process_start_time(child.pid()));
  COWHERD_TRY(write_record(files, dir, record));
  if (user) COWHERD_TRY(check_alone(user->id, child.pid(), files));
  return child;
}

// While it executes nothing yet, so that nothing it takes is counted elsewhere.
Status bound(const RuntimeDir& dir, OwnGroups wanted, VmRecord& record, FileSystem& files) {
  if (!record.group) return {};
  Status entered = enter_group(files, *record.group, record.name, record.process.pid);
  // A scope that systemd was asked for may still come: the start is tried again, instead of going on beside it.
  const bool may_come = !entered && record.group->kind == GroupKind::Scope && entered.error().kind == ErrorKind::Busy;
  if (entered || may_come || wanted == OwnGroups::Always) return entered;
  COWHERD_TRY(leave_group(files, *record.group));
  record.group.reset();
  record.unbounded = to_string(entered.error());
  return write_record(files, dir, record);
}

Status run(const MachineSpec& spec, const RuntimeDir& dir, const LaunchOptions& options, const FileId& program,
           FileSystem& files, Clock& clock) {
  VmRecord record = make_record(spec, options, clock);
  record.process.executable = program;
  if (options.group.kind != GroupKind::None) record.group = plan_group(options.group, options.groups, spec, dir);
  const ImageUse use = options.users.range ? ImageUse::Private : ImageUse::Shared;
  COWHERD_ASSIGN(VmmFiles opened, open_vmm_files(spec, dir, use));
  record.image = opened.image;
  COWHERD_ASSIGN(HeldChild child, hold_vmm(spec, dir, options, std::move(opened), record, files));
  COWHERD_ASSIGN(const UniqueFd pidfd, open_process(record.process));
  COWHERD_TRY(bound(dir, options.groups.wanted, record, files));
  COWHERD_TRY(child.release());
  const Status ready = await_state(spec.saved ? "paused" : "running", dir, pidfd);
  if (ready) return {};
  const bool outgrown = record.group && ran_out_of_memory(files, *record.group);
  return fail(undo(outgrown ? too_large(*record.group) : ready.error(), dir, record, pidfd, files));
}

}  // namespace

Status launch(const MachineSpec& spec, const RuntimeDir& dir, const LaunchOptions& options, FileSystem& files,
              Clock& clock) {
  COWHERD_ASSIGN(const FileId program, program_identity(options.binary));
  COWHERD_TRY(make_directory(files, dir, spec.uid));
  Status started = run(spec, dir, options, program, files, clock);
  if (started) return {};
  Error error = std::move(started).error();
  const Result<VmRecord> record = read_record(files, dir, spec.uid);
  const bool lives = record && find_process(record->process).value_or(ProcessPresence::Alive) == ProcessPresence::Alive;
  if (!lives) {
    Status removed = record && record->group ? leave_group(files, *record->group) : Status{};
    if (removed) removed = remove_runtime_dir(files, dir);
    if (!removed) error = std::move(error).and_also(removed.error());
  }
  return fail(std::move(error));
}

}  // namespace cowherd
