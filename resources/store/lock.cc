// SPDX-License-Identifier: Apache-2.0
#include "resources/store/lock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "resources/files/json.h"
#include "resources/files/system_calls.h"

namespace cowherd {

namespace {

struct Holder {
  std::int64_t pid = 0;
  std::string command{};
};

std::optional<Holder> read_holder(int fd) {
  std::array<char, 4096> buffer{};
  const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), 0);
  const Result<Value> value = parse_json({buffer.data(), static_cast<std::size_t>(got > 0 ? got : 0)});
  if (!value) return std::nullopt;
  const Result<std::int64_t> pid = integer_at(*value, "pid");
  const Result<std::string> command = string_at(*value, "command");
  if (!pid || !command) return std::nullopt;
  return Holder{*pid, *command};
}

bool is_alive(std::int64_t pid) { return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM; }

// What the file says about its holder, who takes the lock a moment before writing there: until then it is empty or names
// a dead one, and a wrong name would send somebody after the wrong process.
std::string holder_of(int fd) {
  constexpr int kAttempts = 40;
  constexpr int kPauseMs = 5;
  std::optional<Holder> holder = read_holder(fd);
  for (int i = 0; i < kAttempts && !(holder && is_alive(holder->pid)); ++i) {
    ::poll(nullptr, 0, kPauseMs);
    holder = read_holder(fd);
  }
  if (!holder) return "another cowherd";
  return "pid " + std::to_string(holder->pid) + " ('" + holder->command + "')";
}

Status write_holder(int fd, const std::string& path, const std::string& command) {
  Value holder = Value::map();
  holder.set("pid", static_cast<std::int64_t>(::getpid()));
  holder.set("command", command);
  if (::ftruncate(fd, 0) != 0) return fail(path_error(errno, "write", path));
  return write_all(fd, print_json(holder, JsonStyle::Compact) + "\n", path);
}

}  // namespace

Result<StateLock> StateLock::take(const std::string& path, const std::string& command) {
  COWHERD_ASSIGN(UniqueFd fd, open_path(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, "open lock"));
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return fail(path_error(errno, "lock", path));
    return fail(ErrorKind::Busy, "lock '" + path + "': held by " + holder_of(fd.get()),
                "one process at a time may change a state directory; stop that one or wait for it");
  }
  COWHERD_TRY(write_holder(fd.get(), path, command));
  return StateLock(std::move(fd));
}

}  // namespace cowherd
