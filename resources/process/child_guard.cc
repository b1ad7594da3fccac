// SPDX-License-Identifier: Apache-2.0
#include "resources/process/child_guard.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace cowherd {

namespace {

constexpr int kNeverRan = 127;

[[noreturn]] void give_up(int report, ChildFault::Step step, int reason) {
  const ChildFault fault{step, reason};
  // Without a report the parent sees the exit status alone.
  const ssize_t told = ::write(report, &fault, sizeof fault);
  ::_exit(told == static_cast<ssize_t>(sizeof fault) ? kNeverRan : kNeverRan - 1);
}

// 0, or the errno of what failed. The mount is seen in this process and its children only.
int stand_elsewhere(const char* directory, const char* covered) {
  if (::unshare(CLONE_NEWNS) != 0) return errno;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return errno;
  return ::mount(directory, covered, nullptr, MS_BIND, nullptr) == 0 ? 0 : errno;
}

// Never more than this process may itself.
int lower(int resource, std::uint64_t most) {
  if (most == 0) return 0;
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) return errno;
  const rlim_t least = std::min<rlim_t>(most, now.rlim_max);
  const rlimit lowered{least, least};
  return ::setrlimit(static_cast<__rlimit_resource_t>(resource), &lowered) == 0 ? 0 : errno;
}

int limit(const ChildLimits& limits) {
  if (limits.file_bytes != 0) ::signal(SIGXFSZ, SIG_IGN);  // the write fails instead, and the program can say so
  if (const int reason = lower(RLIMIT_FSIZE, limits.file_bytes)) return reason;
  if (const int reason = lower(RLIMIT_AS, limits.address_bytes)) return reason;
  if (const int reason = lower(RLIMIT_CPU, limits.cpu_seconds)) return reason;
  return lower(RLIMIT_NOFILE, limits.descriptors);
}

[[noreturn]] void run_program(const ChildStart& start, pid_t guard) {
  using Step = ChildFault::Step;
  const auto must = [&start](Step step, int reason) {
    if (reason != 0) give_up(start.report, step, reason);
  };
  ::setpgid(0, 0);
  reset_signals();
  for (int number = 0; number < start.count; ++number) {
    must(Step::Descriptors, ::dup2(start.descriptors[number], number) < 0 ? errno : 0);
  }
  if (start.covered != nullptr) must(Step::View, stand_elsewhere(start.directory, start.covered));
  const char* directory = start.covered != nullptr ? start.covered : start.directory;
  if (directory != nullptr) must(Step::Directory, ::chdir(directory) == 0 ? 0 : errno);
  must(Step::Limits, limit(start.limits));
  must(Step::User, confine_self(start.user));
  if (start.ruleset >= 0) must(Step::Paths, ::syscall(SYS_landlock_restrict_self, start.ruleset, 0) == 0 ? 0 : errno);
  close_from(static_cast<unsigned>(start.count), start.report);
  // A change of user takes this back, so it comes late; the guard has one thread, which is there as long as the guard is.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != guard) ::_exit(kNeverRan);
  ::execve(start.program, start.arguments, start.environment);
  give_up(start.report, Step::Execute, errno);
}

// Signals every child of this process, and tells how many there were. What left the child's group is found here.
int kill_children() {
  const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (list < 0) return 0;
  char text[4096];
  const ssize_t got = ::read(list, text, sizeof text);
  ::close(list);
  int killed = 0;
  pid_t pid = 0;
  for (ssize_t i = 0; i < got; ++i) {
    if (text[i] >= '0' && text[i] <= '9') {
      pid = pid * 10 + (text[i] - '0');
    } else if (pid > 0) {
      killed += ::kill(pid, SIGKILL) == 0 ? 1 : 0;
      pid = 0;
    }
  }
  return killed;
}

// Its orphans become children of the guard, since that is their subreaper.
void end_orphans() {
  do {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (kill_children() == 0) return;
  } while (::waitpid(-1, nullptr, 0) > 0);
}

int end_all(pid_t child) {
  ::kill(-child, SIGKILL);  // before the child is collected, so that the number is still its group's
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  end_orphans();
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

void run_guard(const ChildStart& start) {
  ::setsid();
  ::prctl(PR_SET_NAME, "cowherd-guard");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t self = ::getpid();
  const pid_t child = ::_Fork();
  if (child < 0) give_up(start.report, ChildFault::Step::Fork, errno);
  if (child == 0) run_program(start, self);
  ::setpgid(child, child);
  close_from(0, start.life);
  pollfd waiting[2]{{start.life, POLLIN, 0}, {static_cast<int>(::syscall(SYS_pidfd_open, child, 0)), POLLIN, 0}};
  while (waiting[1].fd >= 0 && ::poll(waiting, 2, -1) < 0 && errno == EINTR) {
  }
  ::_exit(end_all(child));
}

}  // namespace cowherd
