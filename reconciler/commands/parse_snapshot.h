// SPDX-License-Identifier: Apache-2.0
// The part of the command line for `cowherd verify` and `cowherd flatten`. Knows CLI11, as parse_arguments.cc does.
#pragma once

#include <string>

#include "reconciler/commands/commands.h"

namespace CLI {
class App;
}

namespace cowherd {

// Where the values go. CLI11 keeps their addresses: it must outlive the parsing and not move.
class SnapshotCommandLine {
 public:
  SnapshotCommandLine() = default;
  SnapshotCommandLine(const SnapshotCommandLine&) = delete;
  SnapshotCommandLine& operator=(const SnapshotCommandLine&) = delete;

  void add_to(CLI::App& app, Options& options);
  // Preconditions: the command line was parsed and names the command.
  VerifySnapshotArguments verify() const;
  FlattenArguments flatten() const { return {name_, output_, existing_}; }

 private:
  void add_name(CLI::App& command);

  std::string name_{};
  std::string format_{"text"};
  std::string output_{};
  ExistingOutput existing_ = ExistingOutput::Keep;
};

}  // namespace cowherd
