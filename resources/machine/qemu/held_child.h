// SPDX-License-Identifier: Apache-2.0
// A child process that waits to be released before it executes its program. Between fork and release its pid can be
// written down; when this process dies first, the child sees the line close and exits by itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/files/unique_fd.h"
#include "resources/process/child_setup.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

inline constexpr int kExtraDescriptor = 3;  // the next after the standard streams

struct ChildPlan {
  std::string program{};                 // absolute
  std::vector<std::string> arguments{};  // from argv[0]
  UniqueFd input{};                      // become 0, 1 and 2; everything else is closed
  UniqueFd output{};
  UniqueFd errors{};
  std::vector<UniqueFd> extra{};         // become kExtraDescriptor and what follows
  std::optional<ChildUser> user{};       // that nothing else of the host has; nothing: as this process
};

class HeldChild {
 public:
  // The child has its own session, no inherited signal mask or handlers, umask 077, "/" as its directory, a minimal
  // environment, no core dumps and no way to new privileges; with a user of its own also no capability. Safe in a process
  // with threads: between fork and exec it makes only async-signal-safe calls. All this holds when fork returns.
  static Result<HeldChild> fork(ChildPlan plan);

  HeldChild(HeldChild&& other) noexcept;
  HeldChild& operator=(HeldChild&&) = delete;
  // Kills and collects a child that was not released.
  ~HeldChild();

  int pid() const { return pid_; }
  // Lets it execute, and returns when it did. After a failure (with its reason) the child is dead and
  // collected.
  Status release();

 private:
  HeldChild(int pid, UniqueFd line, std::string program);
  void abandon();
  // The errno of what the child did last, 0 for success; nothing when it closed its end.
  std::optional<int> told() const;

  int pid_ = 0;
  // To the child: one byte releases it, end of file tells it to exit. From the child: how its confinement went, as an
  // errno; then the errno of a failed exec, or end of file when exec closed its end. Closed here once it is on its own.
  UniqueFd line_;
  std::string program_;
};

}  // namespace cowherd
