// SPDX-License-Identifier: Apache-2.0
// Processes that may not be confused: a pid alone can be recycled, so a process is a pid with its start time, the boot
// it was started in and the file it executes. Linux 5.4 or newer (pidfd_open, waitid by pid, pidfd_send_signal).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "resources/files/file_system.h"
#include "resources/files/unique_fd.h"
#include "resources/process/deadline.h"

namespace cowherd {

struct ProcessIdentity {
  int pid = 0;
  std::uint64_t start_time = 0;  // clock ticks since boot: field 22 of /proc/<pid>/stat, proc(5)
  std::string boot_id{};         // /proc/sys/kernel/random/boot_id
  FileId executable{};           // what /proc/<pid>/exe leads to; the same inode also after a package upgrade
  bool operator==(const ProcessIdentity&) const = default;
};

enum class ProcessPresence {
  Alive,
  Held,      // the process exists but has not executed its program yet
  Gone,      // dead, a zombie, or its pid belongs to another process
  OtherBoot  // of an earlier boot of this host: gone, and its pid means nothing
};

// How a child ended: waitid(2).
struct ChildEnd {
  enum class How { Exited, Signalled };
  How how = How::Exited;
  int value = 0;  // exit status or signal number
  bool operator==(const ChildEnd&) const = default;
};

Result<std::string> current_boot_id();
// Field 22 of /proc/<pid>/stat. NotFound when there is no such process.
Result<std::uint64_t> process_start_time(int pid);
// Never blocks. Denied when /proc/<pid>/exe may not be read.
Result<ProcessPresence> find_process(const ProcessIdentity& identity);

// A pidfd of exactly this process. NotFound when it is gone.
Result<UniqueFd> open_process(const ProcessIdentity& identity);
// pidfd_send_signal(2). A process that is gone is success.
Status signal_process(const UniqueFd& pidfd, int signal);
// Busy when it has not ended by the deadline. The process may be a zombie afterwards: collect_child.
Status await_exit(const UniqueFd& pidfd, const Deadline& deadline);

// Takes the end of a dead child, so that no zombie stays. Nothing when it lives or is not a child of this process.
std::optional<ChildEnd> collect_child(const ProcessIdentity& identity);

}  // namespace cowherd
