// SPDX-License-Identifier: Apache-2.0
#include "resources/block/kernel/dm_task.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <fstream>

#include "resources/files/unique_fd.h"

namespace cowherd {

namespace {

constexpr const char* kControl = "/dev/mapper/control";
constexpr const char* kUdevControl = "/run/udev/control";
constexpr std::chrono::seconds kUdevPatience{10};
constexpr std::uint16_t kUdevFlags =
    DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG | DM_UDEV_DISABLE_DISK_RULES_FLAG | DM_UDEV_DISABLE_OTHER_RULES_FLAG;

// The library's log function has no argument of ours, so the thread's current listener is found here. Null:
// say nothing.
thread_local std::string* listener = nullptr;

__attribute__((format(printf, 5, 6))) void take_log(int level, const char*, int, int, const char* format,
                                                    ...) {
  constexpr int kWarning = 4;  // _LOG_WARN; lower is worse
  if (listener == nullptr || (level & 7) > kWarning) return;
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (!listener->empty()) *listener += "; ";
  *listener += line;
}

class Listening {
 public:
  explicit Listening(std::string& text) {
    dm_log_with_errno_init(take_log);
    listener = &text;
  }
  ~Listening() { listener = nullptr; }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
};

bool kernel_lists_device_mapper() {
  std::ifstream misc("/proc/misc");
  for (std::string minor, name; misc >> minor >> name;) {
    if (name == "device-mapper") return true;
  }
  return false;
}

// Asked before the library is: once it has failed to find device-mapper it does not look again in this
// process.
Status device_mapper_is_there(const std::string& doing) {
  const UniqueFd control(::open(kControl, O_RDWR | O_CLOEXEC));
  if (control.valid()) return {};
  const int why = errno;
  if (why == ENOENT && kernel_lists_device_mapper()) return {};  // the library makes the node
  Error error = errno_error(why, doing + ": open '" + kControl + "'");
  if (error.kind == ErrorKind::NotFound) {
    return fail(std::move(error).with_hint("this kernel has no device-mapper; try 'modprobe dm-mod'"));
  }
  return fail(std::move(error).with_hint("device-mapper needs root (CAP_SYS_ADMIN)"));
}

// Removes the semaphore of a cookie that udev did not complete; otherwise every such call would leak one.
void abandon_cookie(std::uint32_t cookie) {
  const int semaphore = ::semget(static_cast<key_t>(cookie), 1, 0);
  if (semaphore >= 0) ::semctl(semaphore, 0, IPC_RMID, 0);
}

// Exactly one wait for each cookie, on every path. A udev that does not answer is no failure: the device is
// there, and whether its node is, is checked by who needs it.
void await_udev(std::uint32_t cookie) {
  if (cookie == 0) return;
  const auto deadline = std::chrono::steady_clock::now() + kUdevPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    int ready = 0;
    if (dm_udev_wait_immediate(cookie, &ready) == 0) break;
    if (ready != 0) return;
    ::poll(nullptr, 0, 1);  // the library can only be asked; its blocking wait has no deadline
  }
  abandon_cookie(cookie);
}

}  // namespace

Result<DmTask> DmTask::make(int type, std::string doing) {
  COWHERD_TRY(device_mapper_is_there(doing));
  std::string log;
  const Listening listening(log);
  dm_set_name_mangling_mode(DM_STRING_MANGLING_NONE);
  dm_task* task = dm_task_create(type);
  if (task == nullptr) return fail(ErrorKind::Failed, doing + ": " + log);
  return DmTask(task, std::move(doing));
}

Error DmTask::error(std::string_view why) const {
  const int number = dm_task_get_errno(task_.get());
  Error error = number != 0 ? errno_error(number, doing_) : make_error(ErrorKind::Failed, doing_);
  if (!why.empty()) error.message += ": " + std::string(why);
  return error;
}

Status DmTask::check(int success, const char* step) {
  return success != 0 ? Status{} : Status{fail(error(step))};
}

Status DmTask::set_name(const std::string& name) {
  std::string log;
  const Listening listening(log);
  return check(dm_task_set_name(task_.get(), name.c_str()), "the name is not accepted");
}

Status DmTask::set_uuid(const std::string& uuid) {
  std::string log;
  const Listening listening(log);
  return check(dm_task_set_uuid(task_.get(), uuid.c_str()), "the uuid is not accepted");
}

Status DmTask::set_device(DeviceNumber device) {
  std::string log;
  const Listening listening(log);
  COWHERD_TRY(
      check(dm_task_set_major(task_.get(), static_cast<int>(device.major)), "the device is not accepted"));
  return check(dm_task_set_minor(task_.get(), static_cast<int>(device.minor)), "the device is not accepted");
}

Status DmTask::add_target(const DmTarget& target) {
  std::string log;
  const Listening listening(log);
  return check(dm_task_add_target(task_.get(), target.start.value, target.length.value, target.type().c_str(),
                                  target.params().c_str()),
               "the target is not accepted");
}

Status DmTask::no_flush() { return check(dm_task_no_flush(task_.get()), "no-flush is not accepted"); }

Status DmTask::run(DmDuty duty) {
  std::string log;
  const Listening listening(log);
  if (duty == DmDuty::Look) {
    if (dm_task_run(task_.get()) != 0) return {};
    return fail(error(log));
  }
  const bool udev = ::access(kUdevControl, F_OK) == 0;
  dm_udev_set_sync_support(udev ? 1 : 0);
  std::uint32_t cookie = 0;
  // Without udevd this makes no cookie, but the flags still reach a udevd in another namespace.
  const int flagged = dm_task_set_cookie(task_.get(), &cookie, kUdevFlags);
  const int done = flagged != 0 ? dm_task_run(task_.get()) : 0;
  Status status = done != 0 ? Status{} : Status{fail(error(log))};
  await_udev(cookie);
  dm_task_update_nodes();
  return status;
}

Result<dm_info> DmTask::info() {
  dm_info info{};
  if (dm_task_get_info(task_.get(), &info) == 0) return fail(error("the answer cannot be read"));
  if (info.exists == 0) return fail(errno_error(ENXIO, doing_));
  return info;
}

std::vector<DmTask::Line> DmTask::lines() {
  std::vector<Line> all;
  void* next = nullptr;
  do {
    std::uint64_t start = 0;
    std::uint64_t length = 0;
    char* type = nullptr;
    char* params = nullptr;
    next = dm_get_next_target(task_.get(), next, &start, &length, &type, &params);
    if (type == nullptr) break;  // a device without a table
    all.push_back({Sectors{start}, Sectors{length}, type, params != nullptr ? params : ""});
  } while (next != nullptr);
  return all;
}

}  // namespace cowherd
