// SPDX-License-Identifier: Apache-2.0
// The part of the command line for `cowherd why`, `tree`, `du`, `gc` and `catalog`. Knows CLI11, as parse_arguments.cc does.
#pragma once

#include <string>

#include "reconciler/commands/invocation.h"

namespace CLI {
class App;
}

namespace cowherd {

// Where the values go. CLI11 keeps their addresses: it must outlive the parsing and not move.
class LineageCommandLine {
 public:
  LineageCommandLine() = default;
  LineageCommandLine(const LineageCommandLine&) = delete;
  LineageCommandLine& operator=(const LineageCommandLine&) = delete;

  void add_to(CLI::App& app, Options& options);
  // Preconditions: the command line was parsed and names the command.
  WhyArguments why() const { return {target_}; }
  TreeArguments tree() const { return {output()}; }
  DuArguments du() const { return {output()}; }
  GcArguments gc() const { return {dry_run_ ? GcMode::DryRun : GcMode::Collect, output()}; }

 private:
  OutputFormat output() const { return format_ == "json" ? OutputFormat::Json : OutputFormat::Text; }

  std::string target_{};
  std::string format_{"text"};
  bool dry_run_ = false;
};

}  // namespace cowherd
