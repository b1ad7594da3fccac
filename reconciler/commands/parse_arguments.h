// SPDX-License-Identifier: Apache-2.0
// The command line. It and the parse_*.cc beside it are the only places that know CLI11. What is wrong with a command line ends with code 64; help and
// version go to stdout with code 0.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reconciler/commands/invocation.h"

namespace cowherd {

// Nothing to run: what to print instead.
struct Answer {
  ExitCode code = ExitCode::Done;
  std::string out{};
  std::string err{};
};

// arguments: without the program's name.
std::variant<Invocation, Answer> parse_arguments(const std::vector<std::string>& arguments);

// The hidden command behind completion: its words are passed through as they are.
inline constexpr const char* kCompleteCommand = "__complete";

// Marks an argument that can be given again and again.
inline constexpr std::string_view kRepeats = "…";

// What can be typed, read off the same definitions: what completion offers.
struct OptionShape {
  std::vector<std::string> names{};  // "--output", "-o"
  std::string value{};               // "DIR", "FILE", "POLICY", "table|wide"; empty: takes none
  std::string doc{};
};
struct CommandShape {
  std::string name{};                    // empty: what stands before a command; "cow merge" below "cow"
  std::string doc{};
  bool group = false;                    // commands stand below it
  std::vector<OptionShape> options{};
  std::vector<std::string> arguments{};  // like OptionShape::value; the last one may end with kRepeats
};
std::vector<CommandShape> command_shapes();

}  // namespace cowherd
