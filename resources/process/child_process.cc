// SPDX-License-Identifier: Apache-2.0
#include "resources/process/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "resources/files/system_calls.h"
#include "resources/process/deadline.h"
#include "resources/process/handed_over.h"

namespace cowherd {

namespace {

constexpr std::size_t kErrorsKept = 4096;
constexpr Span kPoll{100};
constexpr int kStandardStreams = 3;

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

std::vector<std::string> c_locale_environment() {
  std::vector<std::string> variables{"LC_ALL=C"};
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable = *at;
    if (variable.rfind("LC_", 0) != 0 && variable.rfind("LANG", 0) != 0) variables.emplace_back(variable);
  }
  return variables;
}

// A name without a slash is looked for where a shell would; one that is nowhere stays as it is, for exec to complain about.
std::string located(const std::string& program) {
  const char* path = std::getenv("PATH");
  if (program.find('/') != std::string::npos || path == nullptr) return program;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string candidate = std::string(rest.substr(0, end)) + "/" + program;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return program;
}

Result<UniqueFd> input_of(const std::string& text) {
  if (text.empty()) return open_path("/dev/null", O_RDONLY, "open");
  UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file.valid()) return fail(errno_error(errno, "make a file in memory"));
  COWHERD_TRY(write_all(file.get(), text, "a file in memory"));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return fail(errno_error(errno, "rewind a file in memory"));
  return file;
}

// A guard and, below it, the child: both gone with the object, whatever happens.
class Running {
 public:
  Running(pid_t pid, UniqueFd life)
      : pid_(pid), life_(std::move(life)), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~Running() {
    life_.reset();
    if (pid_ > 0) wait();
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
  UniqueFd life_;
  UniqueFd pidfd_;
};

// A child's ends of its lines, and the two that are for its guard.
struct Lines {
  Pipe output{};
  Pipe errors{};
  Pipe life{};
  Pipe report{};
};

Result<Lines> make_lines() {
  Lines lines;
  for (Pipe* pipe : {&lines.output, &lines.errors, &lines.life, &lines.report}) {
    COWHERD_ASSIGN(*pipe, make_pipe());
  }
  return lines;
}

// Descriptors that fork is to find, out of the way of what dup2 makes of them.
struct Handed {
  std::vector<UniqueFd> files{};
  std::vector<int> numbers{};
  UniqueFd ruleset{};

  Status add(UniqueFd file) {
    COWHERD_ASSIGN(UniqueFd moved, out_of_the_way(std::move(file), kStandardStreams + 1));
    numbers.push_back(moved.get());
    files.push_back(std::move(moved));
    return {};
  }
};

Result<Handed> hand_over(const ChildProcess& child, Lines& lines) {
  Handed handed;
  COWHERD_ASSIGN(UniqueFd input, input_of(child.input));
  for (UniqueFd* stream : {&input, &lines.output.write, &lines.errors.write}) COWHERD_TRY(handed.add(std::move(*stream)));
  if (child.lent_fd >= 0) {
    UniqueFd lent(::fcntl(child.lent_fd, F_DUPFD_CLOEXEC, kStandardStreams + 1));
    if (!lent.valid()) return fail(errno_error(errno, "lend a descriptor"));
    COWHERD_TRY(handed.add(std::move(lent)));
  }
  for (UniqueFd* end : {&lines.life.read, &lines.report.write}) {
    COWHERD_ASSIGN(*end, out_of_the_way(std::move(*end), kStandardStreams + 1));
  }
  if (child.paths) {
    COWHERD_ASSIGN(UniqueFd ruleset, landlock_ruleset(*child.paths));
    if (ruleset.valid()) {
      COWHERD_ASSIGN(handed.ruleset, out_of_the_way(std::move(ruleset), kStandardStreams + 1));
    }
  }
  return handed;
}

const char* text_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

Result<pid_t> fork_guard(const ChildProcess& child, const Handed& handed, const Lines& lines) {
  const std::string program = located(child.program);
  std::vector<std::string> arguments{child.program};
  arguments.insert(arguments.end(), child.arguments.begin(), child.arguments.end());
  std::vector<std::string> environment = child.environment ? *child.environment : c_locale_environment();
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  const ChildStart start{program.c_str(), argv.data(), envp.data(), handed.numbers.data(), static_cast<int>(handed.numbers.size()),
                         text_or_null(child.directory), text_or_null(child.covered), child.limits,
                         child.user ? &*child.user : nullptr, handed.ruleset.get(), lines.life.read.get(),
                         lines.report.write.get()};
  // A signal handler of this process may not run in the new ones.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::_Fork();
  const int fork_errno = errno;
  if (pid == 0) run_guard(start);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return fail(errno_error(fork_errno, "fork for '" + child.program + "'"));
  return pid;
}

// Waits until the child executes, or could not.
Status started(const ChildProcess& child, int report) {
  ChildFault fault;
  pollfd wait{report, POLLIN, 0};
  while (::poll(&wait, 1, -1) < 0 && errno == EINTR) {
  }
  if (::read(report, &fault, sizeof fault) != static_cast<ssize_t>(sizeof fault)) return {};
  if (fault.step != ChildFault::Step::Execute) {
    Error error = errno_error(fault.reason, "confine the process for '" + child.program + "'");
    if (error.kind == ErrorKind::NotFound) error.kind = ErrorKind::Failed;
    return fail(std::move(error));
  }
  Error error = errno_error(fault.reason, "start '" + child.program + "'");
  if (error.kind == ErrorKind::NotFound) {
    error.kind = ErrorKind::Failed;  // what is missing is the program, not the object
    error.hint = child.when_missing;
  }
  return fail(std::move(error));
}

// What can be read now. Empty: nothing, or the end.
std::string drain(int fd) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (int rounds = 0; rounds < 16; ++rounds) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::string last_part(std::string text) {
  if (text.size() > kErrorsKept) text.erase(0, text.size() - kErrorsKept);
  return text;
}

// Why a child that still runs has to end.
Status may_go_on(const ChildProcess& child, const Deadline& whole, const Deadline& silent) {
  const std::string run = "run '" + child.program + "'";
  if (child.stop.stop_requested()) return fail(ErrorKind::Failed, run + ": cancelled");
  if (child.most > Span{0} && whole.passed()) {
    return fail(ErrorKind::Busy, run + ": it did not end within " + print_span(child.most) + " and was killed");
  }
  if (child.silence > Span{0} && silent.passed()) {
    return fail(ErrorKind::Failed, run + ": it did nothing for " + print_span(child.silence) + " and was killed");
  }
  return child.watch ? child.watch() : Status{};
}

// The two pipes that a child writes to, until it closed them.
class Heard {
 public:
  explicit Heard(const Lines& lines) : output_(lines.output.read.get()), errors_(lines.errors.read.get()) {}

  // Until there is something to hear, or the process ended: true. At most kPoll.
  bool wait(int pidfd) {
    std::array<pollfd, 3> waiting{pollfd{output_, POLLIN, 0}, pollfd{errors_, POLLIN, 0}, pollfd{pidfd, POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), static_cast<int>(kPoll.count()));
    output = drain(output_);
    errors = drain(errors_);
    if (output.empty() && (waiting[0].revents & POLLHUP) != 0) output_ = -1;
    if (errors.empty() && (waiting[1].revents & POLLHUP) != 0) errors_ = -1;
    return waiting[2].revents != 0;
  }
  bool anything() const { return !output.empty() || !errors.empty(); }

  std::string output{};
  std::string errors{};

 private:
  int output_;
  int errors_;
};

Result<ChildResult> follow(const ChildProcess& child, Running& running, const Lines& lines) {
  const Deadline whole = Deadline::after(child.most);
  Deadline silent = Deadline::after(child.silence);
  ChildResult result;
  Heard heard(lines);
  while (true) {
    const bool ended = heard.wait(running.pidfd());
    if (!heard.output.empty() && child.on_output) child.on_output(heard.output);
    result.errors = last_part(result.errors + heard.errors);
    if (heard.anything()) silent = Deadline::after(child.silence);
    if (ended && !heard.anything()) break;
    if (!ended) COWHERD_TRY(may_go_on(child, whole, silent));
  }
  result.exit_status = running.wait();
  return result;
}

}  // namespace

Result<ChildResult> run_child(const ChildProcess& child) {
  COWHERD_ASSIGN(Lines lines, make_lines());
  COWHERD_ASSIGN(Handed handed, hand_over(child, lines));
  COWHERD_ASSIGN(const pid_t pid, fork_guard(child, handed, lines));
  Running running(pid, std::move(lines.life.write));
  if (running.pidfd() < 0) return fail(errno_error(errno, "watch '" + child.program + "'"));
  handed = Handed{};
  lines.life.read.reset();
  lines.report.write.reset();
  COWHERD_TRY(started(child, lines.report.read.get()));
  return follow(child, running, lines);
}

}  // namespace cowherd
