// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/held_child.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "resources/process/child_setup.h"
#include "resources/process/deadline.h"
#include "resources/process/handed_over.h"

namespace cowherd {
namespace {

constexpr Span kAnswerDeadline = std::chrono::seconds{10};

struct Line {
  UniqueFd parent{};
  UniqueFd child{};
};

// A socket pair and not a pipe: one carries both directions, and send(2) can be told not to raise SIGPIPE.
Result<Line> make_line(int first) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(errno_error(errno, "make a socket pair"));
  }
  UniqueFd parent(ends[0]);
  COWHERD_ASSIGN(UniqueFd child, out_of_the_way(UniqueFd(ends[1]), first));
  return Line{std::move(parent), std::move(child)};
}

// What the child needs, prepared before fork: it may not allocate.
struct ChildView {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const int* descriptors = nullptr;  // become 0, 1, 2, …
  int count = 0;
  const ChildUser* user = nullptr;
  int line = -1;
};

// The parent sees the line close when this cannot be sent.
void tell_parent(int line, int reason) {
  if (::write(line, &reason, sizeof reason) != sizeof reason) ::_exit(126);
}

// Runs between fork and exec: async-signal-safe calls only.
[[noreturn]] void run_child(const ChildView& view) {
  ::setsid();
  reset_signals();
  for (int number = 0; number < view.count; ++number) {
    if (::dup2(view.descriptors[number], number) < 0) ::_exit(127);
  }
  close_from(static_cast<unsigned>(view.count), view.line);
  ::umask(077);
  if (::chdir("/") != 0) ::_exit(127);
  const int refused = confine_self(view.user);
  tell_parent(view.line, refused);
  if (refused != 0) ::_exit(127);

  char released = 0;
  ssize_t got = 0;
  do {
    got = ::read(view.line, &released, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(127);

  ::execve(view.program, view.arguments, view.environment);
  tell_parent(view.line, errno);
  ::_exit(127);
}

// What becomes the child's descriptors, in their order.
struct Handed {
  std::vector<UniqueFd> files{};
  std::vector<int> numbers{};
};

Result<Handed> hand_over(ChildPlan& plan) {
  Handed handed;
  const int first = kExtraDescriptor + static_cast<int>(plan.extra.size());
  const auto add = [&](UniqueFd& file) -> Status {
    COWHERD_ASSIGN(UniqueFd moved, out_of_the_way(std::move(file), first));
    handed.numbers.push_back(moved.get());
    handed.files.push_back(std::move(moved));
    return {};
  };
  for (UniqueFd* stream : {&plan.input, &plan.output, &plan.errors}) COWHERD_TRY(add(*stream));
  for (UniqueFd& file : plan.extra) COWHERD_TRY(add(file));
  return handed;
}

}  // namespace

Result<HeldChild> HeldChild::fork(ChildPlan plan) {
  COWHERD_ASSIGN(const Handed handed, hand_over(plan));
  COWHERD_ASSIGN(Line line, make_line(static_cast<int>(handed.numbers.size())));
  std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  const std::vector<char*> arguments = pointers_to(plan.arguments);
  const std::vector<char*> variables = pointers_to(environment);
  ChildView view;
  view.program = plan.program.c_str();
  view.arguments = arguments.data();
  view.environment = variables.data();
  view.descriptors = handed.numbers.data();
  view.count = static_cast<int>(handed.numbers.size());
  view.user = plan.user ? &*plan.user : nullptr;
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
  line.child.reset();
  HeldChild child(pid, std::move(line.parent), std::move(plan.program));
  if (const int reason = child.told().value_or(ECHILD)) {
    return fail(errno_error(reason, "confine the process for '" + child.program_ + "'"));
  }
  return child;
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
  if (reason == 0) reason = told().value_or(0);
  if (reason != 0) {
    abandon();
    return fail(errno_error(reason, "execute '" + program_ + "'"));
  }
  line_.reset();
  return {};
}

std::optional<int> HeldChild::told() const {
  pollfd wait{line_.get(), POLLIN, 0};
  const Deadline deadline = Deadline::after(kAnswerDeadline);
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, deadline.milliseconds());
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return ETIMEDOUT;
  int reason = 0;
  return ::read(line_.get(), &reason, sizeof reason) == sizeof reason ? std::optional<int>(reason) : std::nullopt;
}

}  // namespace cowherd
