// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/guest_control.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "resources/files/system_calls.h"
#include "resources/machine/qemu/command_line.h"
#include "resources/machine/qemu/device_state.h"
#include "resources/machine/qemu/qmp.h"
#include "resources/machine/qemu/status_board.h"

namespace cowherd {
namespace {

constexpr Span kFreezeDeadline = std::chrono::seconds{18};
constexpr Span kThawDeadline = std::chrono::seconds{18};
constexpr Span kSaveDeadline = std::chrono::seconds{18};
constexpr Span kReplyDeadline = std::chrono::seconds{5};
constexpr Span kRetriedWrites = std::chrono::milliseconds{300};
constexpr int kRetryMilliseconds = 5;
constexpr const char* kNoLock = "Failed to get";  // "… "write" lock": of the disk

Result<std::string> run_state(QmpClient& client, const Deadline& deadline) {
  COWHERD_ASSIGN(const Value status, client.call("query-status", deadline));
  return string_at(status, "status");
}

bool is_frozen(const std::string& run_state) {
  const MachinePhase phase = phase_of(run_state);
  // A guest that is being loaded has no state yet.
  return run_state != "inmigrate" && (phase == MachinePhase::Paused || phase == MachinePhase::DiskStopped);
}

Status require_frozen(const std::string& run_state) {
  if (is_frozen(run_state)) return {};
  return fail(ErrorKind::Stale, "the guest is not frozen: QEMU says '" + run_state + "'");
}

Error refusal_to_run(Error error) {
  // The disk of a loaded guest, which another process had at the time of the load.
  if (error.message.find(kNoLock) == std::string::npos) return error;
  error.kind = ErrorKind::Busy;
  return std::move(error).with_hint("another process uses the disk");
}

// The node below an overlay, whatever name QEMU gave it; null for a disk without one.
Result<Value> backing_node(QmpClient& client, const Deadline& deadline) {
  COWHERD_ASSIGN(const Value disks, client.call("query-blockstats", deadline));
  const Value::List* list = disks.as_list();
  for (const Value& disk : list != nullptr ? *list : Value::List{}) {
    const Value* name = disk.find("node-name");
    const Value* backing = disk.find_path("backing.node-name");
    if (name != nullptr && *name == Value("root") && backing != nullptr) return *backing;
  }
  return Value{};
}

// `stop` flushes the disk, and does not tell how that went: what qcow2 keeps in memory may not be in the file. To open a node
// again as it is, flushes it before all else, and tells (QEMU 6.1 or newer: block.c, bdrv_reopen_multiple). As it is includes
// the node that it stands on.
Status flush_disk(QmpClient& client, const VmRecord& record, const Deadline& deadline) {
  Value node = root_node(record.disk_format);
  COWHERD_ASSIGN(Value backing, backing_node(client, deadline));
  if (!backing.is_null()) node.set("backing", std::move(backing));
  Value arguments = Value::map();
  arguments.set("options", Value(Value::List{std::move(node)}));
  const Result<Value> flushed = client.call("blockdev-reopen", deadline, std::move(arguments));
  if (flushed) return {};
  return Status(fail(flushed.error())).in("flushing '" + record.disk_node + "'");
}

// Until the guest runs, or its disk has stopped it.
Status await_going_on(QmpClient& client, const Deadline& deadline) {
  std::string state;
  while (!deadline.passed()) {
    COWHERD_ASSIGN(state, run_state(client, deadline));
    if (state == "running" || phase_of(state) == MachinePhase::DiskStopped) return {};
    if (!is_frozen(state) && state != "inmigrate") break;
    static_cast<void>(::poll(nullptr, 0, kRetryMilliseconds));
  }
  return fail(ErrorKind::Failed, "the guest does not go on: QEMU says '" + state + "'");
}

// QEMU tries what the disk had refused after it let the guest run: only then it shows whether the disk takes it.
Status watch_retried_writes(QmpClient& client, const Deadline& deadline) {
  const Deadline watched = Deadline::after(kRetriedWrites);
  while (!watched.passed()) {
    COWHERD_ASSIGN(const std::string state, run_state(client, deadline));
    if (phase_of(state) == MachinePhase::DiskStopped) {
      return fail(ErrorKind::Exhausted, "the guest was stopped again: its disk takes no write still",
                  "free space on the host, or see what `cowherd describe` says about the disk");
    }
    static_cast<void>(::poll(nullptr, 0, kRetryMilliseconds));
  }
  return {};
}

// QEMU writes to what it is handed: it may open no file of ours.
Status save_into(QmpClient& client, const UniqueFd& file, const Deadline& deadline) {
  COWHERD_ASSIGN(const Value added, client.call_with(file, "add-fd", deadline));
  COWHERD_ASSIGN(const std::int64_t set, integer_at(added, "fdset-id"));
  Value arguments = Value::map();
  arguments.set("filename", "/dev/fdset/" + std::to_string(set));
  // Else QEMU gives the disk away, as to the other side of a migration.
  arguments.set("live", Value(false));
  const Result<Value> saved = client.call("xen-save-devices-state", deadline, std::move(arguments));
  Value added_set = Value::map();
  added_set.set("fdset-id", Value(set));
  const Result<Value> removed = client.call("remove-fd", deadline, std::move(added_set));
  if (saved && removed) return {};
  if (!saved && !removed) return fail(Error(saved.error()).and_also(removed.error()));
  return fail(saved ? removed.error() : saved.error());
}

}  // namespace

Status freeze_guest(const RuntimeDir& dir, const VmRecord& record) {
  const Deadline deadline = Deadline::after(kFreezeDeadline);
  COWHERD_ASSIGN(QmpClient client, QmpClient::connect(dir.control_socket()));
  COWHERD_ASSIGN(std::string state, run_state(client, deadline));
  if (!is_frozen(state)) {
    COWHERD_TRY(client.call("stop", deadline));
    COWHERD_ASSIGN(state, run_state(client, deadline));
    COWHERD_TRY(require_frozen(state));
  }
  // What a failing device did not take waits in the device state, and nothing of it in between: it is written directly.
  if (phase_of(state) == MachinePhase::DiskStopped && is_device_node(record.disk_node)) return {};
  // Also of a guest that was frozen already: that may be by a freeze that failed here.
  return flush_disk(client, record, deadline);
}

Status thaw_guest(const RuntimeDir& dir) {
  const Deadline deadline = Deadline::after(kThawDeadline);
  COWHERD_ASSIGN(QmpClient client, QmpClient::connect(dir.control_socket()));
  COWHERD_ASSIGN(const std::string state, run_state(client, deadline));
  if (state == "running") return {};
  // While a guest is being loaded `cont` is noted down and done at the end of it.
  const Result<Value> told = client.call("cont", deadline);
  if (!told) return fail(refusal_to_run(told.error()));
  COWHERD_TRY(await_going_on(client, deadline));
  return phase_of(state) == MachinePhase::DiskStopped ? watch_retried_writes(client, deadline) : Status{};
}

Status save_device_state(const RuntimeDir& dir, const VmRecord& record, const std::string& path) {
  const Deadline deadline = Deadline::after(kSaveDeadline);
  COWHERD_ASSIGN(QmpClient client, QmpClient::connect(dir.control_socket()));
  COWHERD_ASSIGN(const std::string state, run_state(client, deadline));
  COWHERD_TRY(require_frozen(state));
  COWHERD_ASSIGN(const UniqueFd file, open_path(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "create"));
  const Status saved = save_into(client, file, deadline);
  const MachineShape shape{record.vcpus, record.memory, record.network};
  const Status sealed = saved ? seal_device_state(path, shape) : saved;
  if (sealed) return {};
  Error error = sealed.error();
  if (::unlink(path.c_str()) != 0) error = std::move(error).and_also(path_error(errno, "remove", path));
  return fail(std::move(error));
}

Status check_frozen(const RuntimeDir& dir) {
  COWHERD_ASSIGN(QmpClient client, QmpClient::connect(dir.control_socket()));
  COWHERD_ASSIGN(const std::string state, run_state(client, Deadline::after(kReplyDeadline)));
  return require_frozen(state);
}

}  // namespace cowherd
