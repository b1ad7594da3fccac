// SPDX-License-Identifier: Apache-2.0
// A child process that waits to be released before it executes its program. Between fork and release its pid can be
// written down; when this process dies first, the child sees the line close and exits by itself.
#pragma once

#include <string>
#include <vector>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

inline constexpr int kExtraDescriptor = 3;  // the next after the standard streams

struct ChildPlan {
  std::string program{};                 // absolute
  std::vector<std::string> arguments{};  // from argv[0]
  UniqueFd input{};                      // become 0, 1 and 2; everything else is closed
  UniqueFd output{};
  UniqueFd errors{};
  UniqueFd extra{};                      // becomes kExtraDescriptor, where there is one
};

class HeldChild {
 public:
  // The child has its own session, no inherited signal mask or handlers, umask 077, "/" as its directory and a minimal
  // environment. Safe in a process with threads: between fork and exec it makes only async-signal-safe calls.
  static Result<HeldChild> fork(ChildPlan plan);

  HeldChild(HeldChild&& other) noexcept;
  HeldChild& operator=(HeldChild&&) = delete;
  // Kills and collects a child that was not released.
  ~HeldChild();

  int pid() const { return pid_; }
  // Lets it execute and returns when it did. After a failure (with exec's reason) the child is dead and collected.
  Status release();

 private:
  HeldChild(int pid, UniqueFd line, std::string program);
  void abandon();
  // The errno of a failed exec, 0 when the program runs.
  int exec_failure() const;

  int pid_ = 0;
  // To the child: one byte releases it, end of file tells it to exit. From the child: errno of a failed exec, or end of
  // file when exec closed its end. Closed here once the child is on its own.
  UniqueFd line_;
  std::string program_;
};

}  // namespace cowherd
