// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/held_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <limits>
#include <utility>

#include "resources/machine/qemu/deadline.h"

namespace cowherd {
namespace {

constexpr Span kExecDeadline = std::chrono::seconds{10};

// Descriptors above 3, so that dup2 onto 0..3 in the child cannot overwrite one of them.
Result<UniqueFd> out_of_the_way(UniqueFd fd) {
  if (!fd.valid() || fd.get() > kExtraDescriptor) return fd;
  const int moved = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, kExtraDescriptor + 1);
  if (moved < 0) return fail(errno_error(errno, "duplicate a descriptor"));
  return UniqueFd(moved);
}

struct Line {
  UniqueFd parent{};
  UniqueFd child{};
};

// A socket pair and not a pipe: one carries both directions, and send(2) can be told not to raise SIGPIPE.
Result<Line> make_line() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(errno_error(errno, "make a socket pair"));
  }
  UniqueFd parent(ends[0]);
  COWHERD_ASSIGN(UniqueFd child, out_of_the_way(UniqueFd(ends[1])));
  return Line{std::move(parent), std::move(child)};
}

// What the child needs, prepared before fork: it may not allocate.
struct ChildView {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  int streams[kExtraDescriptor + 1] = {-1, -1, -1, -1};  // the last one may be missing
  int line = -1;
};

void close_from(unsigned first, int kept) {
  const auto number = static_cast<unsigned>(kept);
  if (number > first) ::syscall(SYS_close_range, first, number - 1, 0U);
  ::syscall(SYS_close_range, number + 1, std::numeric_limits<unsigned>::max(), 0U);
}

// Runs between fork and exec: async-signal-safe calls only.
[[noreturn]] void run_child(const ChildView& view) {
  ::setsid();
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction fresh {};
    fresh.sa_handler = SIG_DFL;
    ::sigaction(signal, &fresh, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  unsigned streams = 0;
  for (const int stream : view.streams) {
    if (stream < 0) break;
    if (::dup2(stream, static_cast<int>(streams++)) < 0) ::_exit(127);
  }
  close_from(streams, view.line);
  ::umask(077);
  if (::chdir("/") != 0) ::_exit(127);

  char released = 0;
  ssize_t got = 0;
  do {
    got = ::read(view.line, &released, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(127);

  ::execve(view.program, view.arguments, view.environment);
  const int reason = errno;
  const ssize_t told = ::write(view.line, &reason, sizeof reason);
  ::_exit(told == sizeof reason ? 127 : 126);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<HeldChild> HeldChild::fork(ChildPlan plan) {
  COWHERD_ASSIGN(const UniqueFd input, out_of_the_way(std::move(plan.input)));
  COWHERD_ASSIGN(const UniqueFd output, out_of_the_way(std::move(plan.output)));
  COWHERD_ASSIGN(const UniqueFd errors, out_of_the_way(std::move(plan.errors)));
  COWHERD_ASSIGN(const UniqueFd extra, out_of_the_way(std::move(plan.extra)));
  COWHERD_ASSIGN(Line line, make_line());
  std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  const std::vector<char*> arguments = pointers_to(plan.arguments);
  const std::vector<char*> variables = pointers_to(environment);
  ChildView view;
  view.program = plan.program.c_str();
  view.arguments = arguments.data();
  view.environment = variables.data();
  view.streams[0] = input.get();
  view.streams[1] = output.get();
  view.streams[2] = errors.get();
  view.streams[kExtraDescriptor] = extra.valid() ? extra.get() : -1;
  view.line = line.child.get();

  // A signal handler of this process may not run in the child before its handlers are reset.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  const int fork_errno = errno;
  if (pid == 0) run_child(view);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return fail(errno_error(fork_errno, "fork for '" + plan.program + "'"));
  return HeldChild(pid, std::move(line.parent), std::move(plan.program));
}

HeldChild::HeldChild(int pid, UniqueFd line, std::string program)
    : pid_(pid), line_(std::move(line)), program_(std::move(program)) {}

HeldChild::HeldChild(HeldChild&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), line_(std::move(other.line_)), program_(std::move(other.program_)) {}

HeldChild::~HeldChild() { abandon(); }

void HeldChild::abandon() {
  if (!line_.valid()) return;
  ::kill(pid_, SIGKILL);  // not yet collected, so the pid is still this child's
  int ignored = 0;
  while (::waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) {
  }
  line_.reset();
}

Status HeldChild::release() {
  int reason = ::send(line_.get(), "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
  if (reason == 0) reason = exec_failure();
  if (reason != 0) {
    abandon();
    return fail(errno_error(reason, "execute '" + program_ + "'"));
  }
  line_.reset();
  return {};
}

int HeldChild::exec_failure() const {
  pollfd wait{line_.get(), POLLIN, 0};
  const Deadline deadline = Deadline::after(kExecDeadline);
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, deadline.milliseconds());
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return ETIMEDOUT;
  int reason = 0;
  return ::read(line_.get(), &reason, sizeof reason) == sizeof reason ? reason : 0;
}

}  // namespace cowherd
