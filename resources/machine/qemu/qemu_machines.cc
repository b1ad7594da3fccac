// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/qemu_machines.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "resources/machine/qemu/exit_reason.h"
#include "resources/machine/qemu/guest_agent.h"
#include "resources/machine/qemu/guest_control.h"
#include "resources/machine/qemu/guest_memory.h"
#include "resources/machine/qemu/launch.h"
#include "resources/machine/qemu/log_file.h"
#include "resources/machine/qemu/shutdown.h"
#include "resources/machine/qemu/tsc_frequency.h"

namespace cowherd {
namespace {

constexpr Span kLookBudget{250};  // of the 300 ms of the contract; the rest is for reading /proc and files
constexpr Bytes kEventsTail = 64_KiB;
constexpr Bytes kRuntimeLogLimit = 1_MiB;

bool is_runtime_name(const std::string& name) {
  return name.size() == 12 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

MachineState state_of(const VmRecord& record, MachinePhase phase) {
  MachineState state;
  state.phase = phase;
  state.pid = record.process.pid;
  state.started_at = record.started_at;
  state.config_digest = record.config_digest;
  state.accelerator = record.accelerator;
  state.memory = record.memory;
  state.disk_node = record.disk_node;
  state.vcpus = record.vcpus;
  state.network = record.network;
  state.build = record.build;
  state.host_user = record.host_user;
  state.unbounded = record.unbounded;
  if (record.group) state.bounds = record.group->bounds;
  if (record.image) {
    state.loaded = record.image->id;
    state.image_copy = record.image->copy;
  }
  return state;
}

Error under_way() {
  return make_error(ErrorKind::Busy, "look at the VM: its start or stop is under way", "look again");
}

LaunchOptions options_for_this_host() {
  LaunchOptions options;
  options.tcg_threads = std::thread::hardware_concurrency() == 1 ? TcgThreads::Single : TcgThreads::Multi;
  const bool filters = ::access(kSeccompActions, F_OK) == 0;
  options.confinement = filters ? Confinement::Seccomp : Confinement::None;
  return options;
}

}  // namespace

// Holds a uid against a second call that takes a turn, for as long as it lives.
class QemuMachines::Turn {
 public:
  Turn(QemuMachines& machines, Uid uid) : machines_(&machines), uid_(std::move(uid)) {}
  Turn(Turn&& other) noexcept : machines_(std::exchange(other.machines_, nullptr)), uid_(std::move(other.uid_)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (machines_ == nullptr) return;
    const std::scoped_lock lock(machines_->mutex_);
    machines_->busy_.erase(uid_);
  }

 private:
  QemuMachines* machines_;
  Uid uid_;
};

QemuMachines::QemuMachines(const QemuSettings& settings, Clock& clock)
    : settings_(settings), clock_(clock), chooser_(files_), builds_(files_, settings.runtime_dir) {}

LaunchOptions QemuMachines::launch_options(const MachineSpec& spec) {
  KvmProbe probe;
  probe.binary = settings_.binary;
  probe.kernel = spec.kernel;
  probe.cache_dir = settings_.runtime_dir;
  LaunchOptions options = options_for_this_host();
  options.binary = settings_.binary;
  options.accelerator = chooser_.choose(settings_.accel, probe).name;
  // A guest that is loaded has measured its clock long ago.
  if (options.accelerator == "tcg" && !spec.saved) {
    std::call_once(tsc_measured_, [this] { tsc_khz_ = measure_tsc_khz(); });
    options.tsc_khz = tsc_khz_;
  }
  // Without it a VM can run, but not be kept.
  if (Result<MachineBuild> build = builds_.build(settings_.binary, options.accelerator)) options.build = *std::move(build);
  return options;
}

Result<QemuMachines::Turn> QemuMachines::take_turn(const Uid& uid) {
  const std::scoped_lock lock(mutex_);
  if (!busy_.insert(uid).second) {
    return fail(ErrorKind::Busy, "the VM is in the hands of another worker");
  }
  return Turn(*this, uid);
}

bool QemuMachines::in_turn(const Uid& uid) {
  const std::scoped_lock lock(mutex_);
  return busy_.count(uid) != 0;
}

Result<VmRecord> QemuMachines::record_of(const Uid& uid) { return read_record(files_, dir_of(uid), uid); }

void QemuMachines::note_exit(const RuntimeDir& dir, const VmRecord& record) {
  const std::optional<ChildEnd> end = collect_child(record.process);
  if (!end && read_exit(files_, dir)) return;
  // Only what a person reads gets poorer when this fails.
  static_cast<void>(write_exit(files_, dir, SeenExit{clock_.now(), end}).has_value());
}

MachineState QemuMachines::dead_state(const RuntimeDir& dir, const VmRecord& record) {
  // Not our child: a look of a command leaves no trace.
  if (const auto end = collect_child(record.process)) {
    static_cast<void>(write_exit(files_, dir, SeenExit{clock_.now(), end}).has_value());
  }
  ExitEvidence evidence;
  evidence.events = read_tail(dir.events_log(), kEventsTail).value_or("");
  evidence.vmm_log = read_tail(dir.vmm_log(), kEventsTail).value_or("");
  evidence.stop_until = read_stop(files_, dir);
  evidence.seen = read_exit(files_, dir);
  if (record.group && ran_out_of_memory(files_, *record.group)) evidence.outgrown = record.group->bounds.memory;
  evidence.last_sign = record.started_at;
  if (const Result<FileStamp> stamp = files_.stat(dir.events_log())) {
    const Moment written{std::chrono::floor<Span>(std::chrono::nanoseconds{stamp->mtime_ns})};
    evidence.last_sign = std::max(evidence.last_sign, written);
  }
  MachineState state = state_of(record, MachinePhase::Dead);
  state.exit = judge_exit(evidence);
  return state;
}

std::map<Uid, Fact<MachineState>> QemuMachines::look(const std::vector<Uid>& uids) {
  std::map<Uid, Fact<MachineState>> seen;
  std::map<Uid, VmRecord> alive;
  std::vector<StatusQuestion> questions;
  for (const Uid& uid : uids) {
    const RuntimeDir dir = dir_of(uid);
    Result<VmRecord> record = record_of(uid);
    if (!record) {
      seen[uid] = Fact<MachineState>::from(fail(record.error()));
      continue;
    }
    const Result<ProcessPresence> presence = find_process(record->process);
    if (!presence) {
      seen[uid] = Fact<MachineState>(presence.error());
    } else if (*presence == ProcessPresence::OtherBoot) {
      seen[uid] = Fact<MachineState>(Absent{});
    } else if (*presence == ProcessPresence::Held) {
      seen[uid] = Fact<MachineState>(under_way());
    } else if (*presence == ProcessPresence::Gone) {
      seen[uid] = Fact<MachineState>(dead_state(dir, *record));
    } else {
      questions.push_back(StatusQuestion{uid, dir.query_socket(), record->process});
      alive.emplace(uid, *std::move(record));
    }
  }
  for (const auto& [uid, phase] : board_.ask(questions, kLookBudget)) {
    const VmRecord& record = alive.at(uid);
    const bool silent = phase == MachinePhase::Unresponsive;
    if (silent && find_process(record.process).value_or(ProcessPresence::Alive) == ProcessPresence::Gone) {
      seen[uid] = Fact<MachineState>(dead_state(dir_of(uid), record));  // died while it was asked
    } else if (silent && in_turn(uid)) {
      seen[uid] = Fact<MachineState>(under_way());
    } else {
      seen[uid] = Fact<MachineState>(state_of(record, phase));
    }
  }
  const std::scoped_lock lock(mutex_);
  for (const auto& [uid, record] : alive) serial_logs_.insert_or_assign(record.serial_log, uid);
  return seen;
}

Result<std::vector<Uid>> QemuMachines::list() {
  std::vector<Uid> uids;
  const Result<std::vector<FileEntry>> entries = files_.list(settings_.runtime_dir);
  if (!entries && entries.error().kind == ErrorKind::NotFound) return uids;
  if (!entries) return fail(entries.error());
  for (const FileEntry& entry : *entries) {
    if (entry.type != FileType::Directory || !is_runtime_name(entry.name)) continue;
    const Result<Uid> uid = read_owner(files_, RuntimeDir(settings_.runtime_dir, entry.name));
    if (uid && uid->short12() == entry.name) uids.push_back(*uid);
  }
  return uids;
}

// A directory that nothing can live in any more is removed; any other is in the way.
Status QemuMachines::make_way(const RuntimeDir& dir, const Uid& uid) {
  const Result<VmRecord> record = record_of(uid);
  if (!record && record.error().kind != ErrorKind::NotFound) return fail(record.error());
  if (record) {
    COWHERD_ASSIGN(const ProcessPresence presence, find_process(record->process));
    if (presence == ProcessPresence::Gone) return fail(ErrorKind::Busy, "the remains of the VM are not reaped");
    if (presence != ProcessPresence::OtherBoot) {
      return fail(ErrorKind::Busy, "the VM runs as pid " + std::to_string(record->process.pid));
    }
  }
  return remove_runtime_dir(files_, dir);
}

Status QemuMachines::start(const MachineSpec& spec) {
  const RuntimeDir dir = dir_of(spec.uid);
  const auto doing = [&] { return "starting the VM of sandbox '" + spec.name + "'"; };
  COWHERD_TRY(check_spec(spec, dir).in(doing()));
  COWHERD_ASSIGN(const Turn turn, take_turn(spec.uid).in(doing()));
  COWHERD_TRY(make_way(dir, spec.uid).in(doing()));
  LaunchOptions options = launch_options(spec);
  COWHERD_ASSIGN(options.users, choose_users(settings_.users, options.accelerator, files_).in(doing()));
  options.groups = settings_.groups;
  COWHERD_ASSIGN(options.group, choose_group(settings_.groups, look_at_groups(files_)).in(doing()));
  return launch(spec, dir, options, files_, clock_).in(doing());
}

Status QemuMachines::stop(const Uid& uid, StopMode mode, Span grace) {
  const RuntimeDir dir = dir_of(uid);
  COWHERD_ASSIGN(const Turn turn, take_turn(uid));
  const Result<VmRecord> record = record_of(uid);
  if (!record && record.error().kind == ErrorKind::NotFound) return {};
  if (!record) return fail(record.error());
  const auto doing = [&] { return "stopping the VM of sandbox '" + record->name + "'"; };
  const Result<UniqueFd> pidfd = open_process(record->process);
  if (!pidfd && pidfd.error().kind == ErrorKind::NotFound) return {};
  if (!pidfd) return Status(fail(pidfd.error())).in(doing());
  COWHERD_TRY(write_stop(files_, dir, clock_.now() + grace + kKillBudget).in(doing()));
  COWHERD_TRY(shut_down(dir, *pidfd, mode, grace).in(doing()));
  note_exit(dir, *record);
  return {};
}

Status QemuMachines::reap(const Uid& uid) {
  const RuntimeDir dir = dir_of(uid);
  COWHERD_ASSIGN(const Turn turn, take_turn(uid));
  const Result<VmRecord> record = record_of(uid);
  if (!record && record.error().kind != ErrorKind::NotFound) return fail(record.error());
  if (record) {
    const auto doing = [&] { return "reaping the VM of sandbox '" + record->name + "'"; };
    COWHERD_ASSIGN(const ProcessPresence presence, find_process(record->process).in(doing()));
    if (presence == ProcessPresence::Alive || presence == ProcessPresence::Held) {
      return Status(fail(ErrorKind::Busy, "pid " + std::to_string(record->process.pid) + " lives")).in(doing());
    }
    static_cast<void>(collect_child(record->process).has_value());
    const bool has_group = record->group && presence != ProcessPresence::OtherBoot;
    if (has_group) COWHERD_TRY(leave_group(files_, *record->group).in(doing()));
  }
  COWHERD_TRY(remove_runtime_dir(files_, dir));
  const std::scoped_lock lock(mutex_);
  if (record) serial_logs_.erase(record->serial_log);
  return {};
}

Result<VmRecord> QemuMachines::living_record(const Uid& uid) {
  COWHERD_ASSIGN(VmRecord record, record_of(uid));
  COWHERD_ASSIGN(const ProcessPresence presence, find_process(record.process));
  if (presence == ProcessPresence::Alive) return record;
  if (presence == ProcessPresence::Held) return fail(under_way());
  return fail(ErrorKind::NotFound, "the VM of sandbox '" + record.name + "' is dead");
}

Result<MachineBuild> QemuMachines::build(const MachineSpec& spec) {
  return builds_.build(settings_.binary, launch_options(spec).accelerator);
}

Status QemuMachines::freeze(const Uid& uid) {
  COWHERD_ASSIGN(const Turn turn, take_turn(uid));
  COWHERD_ASSIGN(const VmRecord record, living_record(uid));
  return freeze_guest(dir_of(uid), record).in("freezing the guest of sandbox '" + record.name + "'");
}

Status QemuMachines::thaw(const Uid& uid) {
  COWHERD_ASSIGN(const Turn turn, take_turn(uid));
  COWHERD_ASSIGN(const VmRecord record, living_record(uid));
  return thaw_guest(dir_of(uid)).in("letting the guest of sandbox '" + record.name + "' go on");
}

Status QemuMachines::save_state(const Uid& uid, const std::string& path) {
  COWHERD_ASSIGN(const Turn turn, take_turn(uid));
  COWHERD_ASSIGN(const VmRecord record, living_record(uid));
  return save_device_state(dir_of(uid), record, path).in("saving the state of sandbox '" + record.name + "'");
}

Result<GuestMemory> QemuMachines::memory(const Uid& uid) {
  COWHERD_ASSIGN(const Turn turn, take_turn(uid));
  COWHERD_ASSIGN(const VmRecord record, living_record(uid));
  COWHERD_TRY(check_frozen(dir_of(uid)));
  return open_guest_memory(record);
}

Status QemuMachines::quiesce(const Uid& uid, Span deadline) {
  COWHERD_ASSIGN(const Turn turn, take_turn(uid));
  COWHERD_ASSIGN(const VmRecord record, living_record(uid));
  return quiesce_guest(dir_of(uid).agent_socket(), deadline).in("quiescing the guest of sandbox '" + record.name + "'");
}

Status QemuMachines::unquiesce(const Uid& uid, Span deadline) {
  COWHERD_ASSIGN(const Turn turn, take_turn(uid));
  COWHERD_ASSIGN(const VmRecord record, living_record(uid));
  return unquiesce_guest(dir_of(uid).agent_socket(), deadline)
      .in("letting the file systems of sandbox '" + record.name + "' go on");
}

Result<UniqueFd> QemuMachines::exit_notice(const Uid& uid) {
  COWHERD_ASSIGN(const VmRecord record, record_of(uid));
  return open_process(record.process);
}

Status QemuMachines::bound_serial_log(const std::string& serial_log) {
  COWHERD_TRY(bound_log(serial_log, settings_.serial_log_limit));
  std::optional<RuntimeDir> dir;
  {
    const std::scoped_lock lock(mutex_);
    const auto owner = serial_logs_.find(serial_log);
    if (owner != serial_logs_.end()) dir = dir_of(owner->second);
  }
  if (!dir) return {};
  // A guest can make QEMU write events and complaints without end, too.
  COWHERD_TRY(bound_log(dir->events_log(), kRuntimeLogLimit));
  return bound_log(dir->vmm_log(), kRuntimeLogLimit);
}

}  // namespace cowherd
