// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <vector>

#include "resources/files/system_calls.h"

namespace cowherd {
namespace {

struct ProcessStat {
  char state = '?';
  std::uint64_t start_time = 0;
};

std::string proc_path(int pid, const char* entry) { return "/proc/" + std::to_string(pid) + "/" + entry; }

Result<std::string> read_proc(const std::string& path) {
  COWHERD_ASSIGN(const UniqueFd file, open_path(path, O_RDONLY, "open"));
  std::string content(4096, '\0');
  const ssize_t got = ::read(file.get(), content.data(), content.size());
  // A process that ends between open and read: ESRCH.
  if (got < 0) return fail(errno_error(errno, "read '" + path + "'"));
  content.resize(static_cast<std::size_t>(got));
  return content;
}

// proc(5): pid (comm) state ppid … ; comm may hold spaces and parentheses, so fields count from the last ')'.
Result<ProcessStat> read_stat(int pid) {
  COWHERD_ASSIGN(const std::string text, read_proc(proc_path(pid, "stat")));
  const auto broken = [&] { return fail(ErrorKind::Failed, "read '" + proc_path(pid, "stat") + "': unknown form"); };
  std::size_t at = text.rfind(')');
  if (at == std::string::npos || at + 2 >= text.size()) return broken();
  ProcessStat stat;
  stat.state = text[at + 2];
  for (int field = 2; field < 22; ++field) {
    at = text.find(' ', at + 1);
    if (at == std::string::npos) return broken();
  }
  const char* first = text.data() + at + 1;
  if (std::from_chars(first, text.data() + text.size(), stat.start_time).ec != std::errc{}) return broken();
  return stat;
}

bool is_dead(const ProcessStat& stat) { return stat.state == 'Z' || stat.state == 'X'; }

Result<FileId> executable_of(int pid) {
  const std::string path = proc_path(pid, "exe");
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return fail(errno_error(errno, "look at '" + path + "'"));
  return FileId{found.st_dev, found.st_ino};
}

}  // namespace

Result<std::string> current_boot_id() {
  COWHERD_ASSIGN(std::string text, read_proc("/proc/sys/kernel/random/boot_id"));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Result<std::uint64_t> process_start_time(int pid) {
  COWHERD_ASSIGN(const ProcessStat stat, read_stat(pid));
  return stat.start_time;
}

Result<ProcessPresence> find_process(const ProcessIdentity& identity) {
  COWHERD_ASSIGN(const std::string boot, current_boot_id());
  if (boot != identity.boot_id) return ProcessPresence::OtherBoot;
  const Result<ProcessStat> stat = read_stat(identity.pid);
  if (!stat && stat.error().kind == ErrorKind::NotFound) return ProcessPresence::Gone;
  if (!stat) return fail(stat.error());
  if (stat->start_time != identity.start_time || is_dead(*stat)) return ProcessPresence::Gone;
  const Result<FileId> executable = executable_of(identity.pid);
  // The link goes before the entry does: a process that is just exiting.
  if (!executable && executable.error().kind == ErrorKind::NotFound) return ProcessPresence::Gone;
  if (!executable) return fail(executable.error());
  return *executable == identity.executable ? ProcessPresence::Alive : ProcessPresence::Held;
}

Result<UniqueFd> open_process(const ProcessIdentity& identity) {
  const std::string what = "process " + std::to_string(identity.pid);
  const long opened = ::syscall(SYS_pidfd_open, identity.pid, 0U);
  if (opened < 0) return fail(errno_error(errno, "open " + what));
  UniqueFd pidfd(static_cast<int>(opened));
  // Checked after the open: if the pid is still the recorded process now, it was when the descriptor was made.
  COWHERD_ASSIGN(const ProcessPresence presence, find_process(identity));
  if (presence == ProcessPresence::Gone || presence == ProcessPresence::OtherBoot) {
    return fail(ErrorKind::NotFound, "open " + what + ": it is gone");
  }
  return pidfd;
}

Status signal_process(const UniqueFd& pidfd, int signal) {
  if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0U) == 0 || errno == ESRCH) return {};
  return fail(errno_error(errno, "signal a process"));
}

Status await_exit(const UniqueFd& pidfd, const Deadline& deadline) {
  while (true) {
    pollfd wait{pidfd.get(), POLLIN, 0};
    const int ready = ::poll(&wait, 1, deadline.milliseconds());
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail(errno_error(errno, "wait for a process"));
    if (deadline.passed()) return fail(ErrorKind::Busy, "wait for a process to end: it still runs");
  }
}

std::optional<ChildEnd> collect_child(const ProcessIdentity& identity) {
  // The start time is checked first: after the pid was collected once it may be that of a younger child.
  const Result<ProcessStat> stat = read_stat(identity.pid);
  if (!stat || stat->start_time != identity.start_time) return std::nullopt;
  siginfo_t end{};
  if (::waitid(P_PID, static_cast<id_t>(identity.pid), &end, WEXITED | WNOHANG) != 0 || end.si_pid == 0) {
    return std::nullopt;
  }
  return ChildEnd{end.si_code == CLD_EXITED ? ChildEnd::How::Exited : ChildEnd::How::Signalled, end.si_status};
}

}  // namespace cowherd
