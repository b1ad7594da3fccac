// SPDX-License-Identifier: Apache-2.0
// A process between us and a child: it ends the child and all that came of it when the child ends, when it is told to, and
// when this process is no more, however that died. (A signal at the parent's death would not do: it follows the thread that
// forked, and does not reach what the child itself started.)
#pragma once

#include <sys/types.h>

#include "resources/process/child_setup.h"

namespace cowherd {

// 0: as this process has it.
struct ChildLimits {
  std::uint64_t file_bytes = 0;  // the largest file that it may write; more is EFBIG
  std::uint64_t address_bytes = 0;
  std::uint64_t cpu_seconds = 0;
  std::uint64_t descriptors = 0;
  bool operator==(const ChildLimits&) const = default;
};

// Where a child failed before it executed, and why.
struct ChildFault {
  enum class Step : int { Fork, Descriptors, View, Directory, Limits, User, Paths, Execute };
  Step step = Step::Fork;
  int reason = 0;  // errno
};

// All of a child, prepared before fork. Pointers stay valid until run_guard's process has them; null: none.
struct ChildStart {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const int* descriptors = nullptr;   // become 0, 1, 2, …; each is above `count`
  int count = 0;
  const char* directory = nullptr;    // null: where this process is
  const char* covered = nullptr;      // in a view of its own of the file system, `directory` stands here; null: the host's view
  ChildLimits limits{};
  const ChildUser* user = nullptr;
  int ruleset = -1;  // of landlock_ruleset
  int life = -1;     // end of file: end it
  int report = -1;   // for a ChildFault; closed by a successful exec
};

// Runs in a process just forked, with all signals blocked; never allocates. Ends with the exit status of the child, 128 + N when
// signal N ended it.
[[noreturn]] void run_guard(const ChildStart& start);

}  // namespace cowherd
