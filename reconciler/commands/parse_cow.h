// SPDX-License-Identifier: Apache-2.0
// The part of the command line below `cowherd cow`. Knows CLI11, as parse_arguments.cc does.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "reconciler/commands/invocation.h"

namespace CLI {
class App;
}

namespace cowherd {

// Where the values go. CLI11 keeps their addresses: it must outlive the parsing and not move.
class CowCommandLine {
 public:
  CowCommandLine() = default;
  CowCommandLine(const CowCommandLine&) = delete;
  CowCommandLine& operator=(const CowCommandLine&) = delete;

  void add_to(CLI::App& app);
  // Precondition: the command line was parsed and names one of them.
  CowArguments arguments() const;

 private:
  CLI::App* add(const std::string& name, const std::string& doc);
  void add_file(CLI::App& command, const std::string& name, std::string& into, const std::string& doc);
  void add_output(CLI::App& command);
  std::optional<Bytes> size() const;

  CLI::App* cow_ = nullptr;
  std::string output_format_{"text"};
  std::string size_{};
  std::string base_{};
  std::string file_{};
  std::string other_{};
  std::string output_{};
  bool ranges_ = false;
  bool rescue_ = false;
};

}  // namespace cowherd
