// SPDX-License-Identifier: Apache-2.0
// Runs one program to its end, without a shell: arguments as given, no core dumps, no way to new privileges. Nothing of it
// outlives the call, nor this process: past a deadline, or when told to stop, it is killed with all that came of it and waited for.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "resources/process/child_guard.h"
#include "resources/process/path_rights.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

struct ChildProcess {
  std::string program{};                 // absolute, or found in PATH
  std::vector<std::string> arguments{};  // without the program's name
  int lent_fd = -1;                      // becomes descriptor 3 of the child; -1: none
  Span silence{};                        // killed when it writes nothing for this long; 0: it may be silent
  Span most{};                           // killed when it takes longer than this; 0: no matter
  std::stop_token stop{};
  std::string input{};  // its standard input
  std::function<void(std::string_view output)> on_output{};  // pieces of its standard output
  std::function<Status()> watch{};       // asked at least ten times a second; an error ends it
  std::optional<std::vector<std::string>> environment{};  // "NAME=value"; nothing: this process's in the C locale
  std::string directory{};               // where it begins; empty: where this process is
  std::string covered{};                 // in its view of the file system `directory` stands here; empty: the host's view
  std::optional<ChildUser> user{};       // whom it becomes; nothing: as this process
  std::optional<PathRights> paths{};     // nothing: whatever its user may
  ChildLimits limits{};
  std::string when_missing{};            // what a person does when there is no such program
};

struct ChildResult {
  int exit_status = 0;   // as exit(3) got it; 128 + N when signal N ended it
  std::string errors{};  // its standard error, the last 4 KiB
};

// An error: it could not be started (Failed, with a hint when the program is missing; Denied where it could not be confined),
// fell silent (Failed), took too long (Busy), was cancelled (Failed), or what `watch` said.
Result<ChildResult> run_child(const ChildProcess& child);

}  // namespace cowherd
