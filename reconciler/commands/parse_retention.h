// SPDX-License-Identifier: Apache-2.0
// The part of the command line below `cowherd retention`. Knows CLI11, as parse_arguments.cc does.
#pragma once

#include <string>

#include "reconciler/commands/commands.h"

namespace CLI {
class App;
}

namespace cowherd {

// Where the values go. CLI11 keeps their addresses: it must outlive the parsing and not move.
class RetentionCommandLine {
 public:
  RetentionCommandLine() = default;
  RetentionCommandLine(const RetentionCommandLine&) = delete;
  RetentionCommandLine& operator=(const RetentionCommandLine&) = delete;

  void add_to(CLI::App& app, Options& options);
  // Precondition: the command line was parsed and names the command.
  RetentionPreviewArguments preview() const;

 private:
  RetentionPreviewArguments given_{};
  std::string at_{};
  std::string format_{"table"};
};

}  // namespace cowherd
