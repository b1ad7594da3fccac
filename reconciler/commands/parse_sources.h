// SPDX-License-Identifier: Apache-2.0
// The part of the command line for the commands of sources.h. Knows CLI11, as parse_arguments.cc does.
#pragma once

#include <string>

#include "reconciler/commands/invocation.h"

namespace CLI {
class App;
}

namespace cowherd {

// Where the values go. CLI11 keeps their addresses: it must outlive the parsing and not move.
class SourceCommandLine {
 public:
  SourceCommandLine() = default;
  SourceCommandLine(const SourceCommandLine&) = delete;
  SourceCommandLine& operator=(const SourceCommandLine&) = delete;

  void add_to(CLI::App& app, Options& options);
  // Precondition: the command line was parsed. Another command is left to others.
  void put(const std::string& command, Invocation& made) const;

 private:
  void add_source(CLI::App& command, const std::string& doc);
  void add_output(CLI::App& command);
  OutputFormat output() const;

  std::string source_{};
  std::string revision_{};
  std::string reason_{};
  std::string format_{"table"};
  std::string timeout_{"5m"};
  CLI::App* list_ = nullptr;  // of the application
};

}  // namespace cowherd
