// SPDX-License-Identifier: Apache-2.0
// Runs one program to its end, in its own process group, without a shell: arguments as given, C locale,
// /dev/null as input. It never outlives the call: past a deadline, or when told to stop, the whole group is
// killed and waited for.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

struct ChildProcess {
  std::string program{};                 // absolute, or found in PATH
  std::vector<std::string> arguments{};  // without the program's name
  int lent_fd = -1;                      // becomes descriptor 3 of the child; -1: none
  Span silence{};                        // killed when it writes nothing for this long
  std::stop_token stop{};
  std::function<void(std::string_view output)> on_output{};  // pieces of its standard output
};

struct ChildResult {
  int exit_status = 0;   // as exit(3) got it; 128 + N when signal N ended it
  std::string errors{};  // its standard error, the last 4 KiB
};

// An error: it could not be started (Failed, with a hint when the program is missing), fell silent, or was
// cancelled.
Result<ChildResult> run_child(const ChildProcess& child);

}  // namespace cowherd
