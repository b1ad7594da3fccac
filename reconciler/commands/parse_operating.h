// SPDX-License-Identifier: Apache-2.0
// The part of the command line for the commands of operating.h. Knows CLI11, as parse_arguments.cc does.
#pragma once

#include <string>

#include "reconciler/commands/invocation.h"

namespace CLI {
class App;
}

namespace cowherd {

// Where the values go. CLI11 keeps their addresses: it must outlive the parsing and not move.
class OperatingCommandLine {
 public:
  OperatingCommandLine() = default;
  OperatingCommandLine(const OperatingCommandLine&) = delete;
  OperatingCommandLine& operator=(const OperatingCommandLine&) = delete;

  void add_to(CLI::App& app, Options& options);
  // Precondition: the command line was parsed. Another command is left to others.
  void put(const std::string& command, Invocation& made) const;

 private:
  std::string sandbox_{};
  bool follow_ = false;
  std::string tail_{};
  std::string object_{};
  std::string reason_{};
  bool watch_ = false;
  std::string format_{"table"};
  std::string timeout_{"5m"};
};

}  // namespace cowherd
