// SPDX-License-Identifier: Apache-2.0
// The part of the command line for `cowherd wait`. Knows CLI11, as parse_arguments.cc does.
#pragma once

#include <string>
#include <vector>

#include "reconciler/commands/commands.h"

namespace CLI {
class App;
}

namespace cowherd {

// Where the values go. CLI11 keeps their addresses: it must outlive the parsing and not move.
class WaitCommandLine {
 public:
  WaitCommandLine() = default;
  WaitCommandLine(const WaitCommandLine&) = delete;
  WaitCommandLine& operator=(const WaitCommandLine&) = delete;

  void add_to(CLI::App& app, Options& options);
  // Preconditions: the command line was parsed and names the command.
  WaitArguments wait() const;

 private:
  std::vector<std::string> objects_{};
  std::string awaited_{};
  std::string timeout_{"60s"};
};

}  // namespace cowherd
