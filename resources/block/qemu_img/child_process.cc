// SPDX-License-Identifier: Apache-2.0
#include "resources/block/qemu_img/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "resources/files/unique_fd.h"

namespace cowherd {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kErrorsKept = 4096;
constexpr int kPollMs = 100;

struct Pipe {
  UniqueFd read{};
  UniqueFd write{};
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(errno_error(errno, "make a pipe"));
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

class SpawnActions {
 public:
  SpawnActions() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnActions() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  void open_null(int target) {
    ::posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", O_RDONLY, 0);
  }
  void give(int fd, int target) { ::posix_spawn_file_actions_adddup2(&actions_, fd, target); }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> c_locale_environment() {
  std::vector<std::string> variables{"LC_ALL=C"};
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable = *at;
    if (variable.rfind("LC_", 0) != 0 && variable.rfind("LANG", 0) != 0) variables.emplace_back(variable);
  }
  return variables;
}

// A started child; killed with its group and waited for, whatever happens.
class Running {
 public:
  explicit Running(pid_t pid) : pid_(pid), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~Running() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    wait();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  int pidfd() const { return pidfd_.get(); }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t pid_;
  UniqueFd pidfd_;
};

Result<pid_t> spawn(const ChildProcess& child, const Pipe& output, const Pipe& errors) {
  SpawnActions how;
  how.open_null(0);
  how.give(output.write.get(), 1);
  how.give(errors.write.get(), 2);
  if (child.lent_fd >= 0) how.give(child.lent_fd, 3);
  std::vector<std::string> arguments{child.program};
  arguments.insert(arguments.end(), child.arguments.begin(), child.arguments.end());
  std::vector<std::string> environment = c_locale_environment();
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, child.program.c_str(), how.actions(), how.attributes(), argv.data(), envp.data());
  if (failed == 0) return pid;
  Error error = errno_error(failed, "start '" + child.program + "'");
  if (error.kind == ErrorKind::NotFound) {
    error.kind = ErrorKind::Failed;  // what is missing is the program, not the object
    error = std::move(error).with_hint("install it: 'apt install qemu-utils' on Debian");
  }
  return fail(std::move(error));
}

// What can be read now. Empty: nothing, or the end.
std::string drain(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::string last_part(std::string text) {
  if (text.size() > kErrorsKept) text.erase(0, text.size() - kErrorsKept);
  return text;
}

}  // namespace

Result<ChildResult> run_child(const ChildProcess& child) {
  COWHERD_ASSIGN(Pipe output, make_pipe());
  COWHERD_ASSIGN(Pipe errors, make_pipe());
  COWHERD_ASSIGN(const pid_t pid, spawn(child, output, errors));
  Running running(pid);
  if (running.pidfd() < 0) return fail(errno_error(errno, "watch '" + child.program + "'"));
  output.write.reset();
  errors.write.reset();
  std::string complaints;
  SteadyTime heard = std::chrono::steady_clock::now();
  for (bool ended = false; !ended;) {
    std::array<pollfd, 3> waiting{pollfd{output.read.get(), POLLIN, 0}, pollfd{errors.read.get(), POLLIN, 0},
                                  pollfd{running.pidfd(), POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), kPollMs);
    ended = waiting[2].revents != 0;
    const std::string said = drain(output.read.get());
    const std::string complained = drain(errors.read.get());
    if (!said.empty() && child.on_output) child.on_output(said);
    complaints = last_part(complaints + complained);
    const auto now = std::chrono::steady_clock::now();
    if (!said.empty() || !complained.empty()) heard = now;
    if (ended) break;
    if (child.stop.stop_requested()) return fail(ErrorKind::Failed, "run '" + child.program + "': cancelled");
    if (now - heard > child.silence) {
      return fail(ErrorKind::Failed, "run '" + child.program + "': it did nothing for " +
                                         print_span(child.silence) + " and was killed");
    }
  }
  return ChildResult{running.wait(), complaints};
}

}  // namespace cowherd
