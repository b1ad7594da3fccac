// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/guest_control.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "resources/files/system_calls.h"
#include "resources/machine/qemu/qmp.h"
#include "resources/machine/qemu/status_board.h"

namespace cowherd {
namespace {

constexpr Span kFreezeDeadline = std::chrono::seconds{18};
constexpr Span kThawDeadline = std::chrono::seconds{18};
constexpr Span kSaveDeadline = std::chrono::seconds{18};
constexpr Span kReplyDeadline = std::chrono::seconds{5};
constexpr int kRetryMilliseconds = 5;

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

}  // namespace

Status freeze_guest(const RuntimeDir& dir, const VmRecord& record) {
  const Deadline deadline = Deadline::after(kFreezeDeadline);
  COWHERD_ASSIGN(QmpClient client, QmpClient::connect(dir.control_socket()));
  COWHERD_ASSIGN(const std::string before, run_state(client, deadline));
  if (is_frozen(before)) return {};
  // Open before the stop: a write that fails from now on is told to this descriptor, too (Linux errseq_t), while QEMU's
  // `stop` flushes the disk and does not tell how that went.
  COWHERD_ASSIGN(const UniqueFd disk, open_path(record.disk_node, O_RDONLY, "open"));
  COWHERD_TRY(client.call("stop", deadline));
  COWHERD_ASSIGN(const std::string after, run_state(client, deadline));
  COWHERD_TRY(require_frozen(after));
  // What a failing disk did not take waits in the device state.
  if (phase_of(after) == MachinePhase::DiskStopped) return {};
  if (::fsync(disk.get()) != 0) return fail(path_error(errno, "sync", record.disk_node));
  return {};
}

Status thaw_guest(const RuntimeDir& dir) {
  const Deadline deadline = Deadline::after(kThawDeadline);
  COWHERD_ASSIGN(QmpClient client, QmpClient::connect(dir.control_socket()));
  COWHERD_ASSIGN(std::string state, run_state(client, deadline));
  if (state == "running") return {};
  // While a guest is being loaded `cont` is noted down and done at the end of it.
  COWHERD_TRY(client.call("cont", deadline));
  while (!deadline.passed()) {
    COWHERD_ASSIGN(state, run_state(client, deadline));
    if (state == "running" || phase_of(state) == MachinePhase::DiskStopped) return {};
    if (!is_frozen(state) && state != "inmigrate") break;
    static_cast<void>(::poll(nullptr, 0, kRetryMilliseconds));
  }
  return fail(ErrorKind::Failed, "the guest does not go on: QEMU says '" + state + "'");
}

Status save_device_state(const RuntimeDir& dir, const std::string& path) {
  const Deadline deadline = Deadline::after(kSaveDeadline);
  COWHERD_ASSIGN(QmpClient client, QmpClient::connect(dir.control_socket()));
  COWHERD_ASSIGN(const std::string state, run_state(client, deadline));
  COWHERD_TRY(require_frozen(state));
  // Made here, so that no file of someone else is overwritten.
  COWHERD_TRY(open_path(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, "create"));
  Value arguments = Value::map();
  arguments.set("filename", path);
  // Else QEMU gives the disk away, as to the other side of a migration.
  arguments.set("live", Value(false));
  const Result<Value> saved = client.call("xen-save-devices-state", deadline, std::move(arguments));
  if (saved) return {};
  Error error = saved.error();
  if (::unlink(path.c_str()) != 0) error = std::move(error).and_also(path_error(errno, "remove", path));
  return fail(std::move(error));
}

Status check_frozen(const RuntimeDir& dir) {
  COWHERD_ASSIGN(QmpClient client, QmpClient::connect(dir.control_socket()));
  COWHERD_ASSIGN(const std::string state, run_state(client, Deadline::after(kReplyDeadline)));
  return require_frozen(state);
}

}  // namespace cowherd
