// SPDX-License-Identifier: Apache-2.0
// Commands, and the options that say where things are, for the parse_*.cc files alone.
#pragma once

#include <string>

#include "reconciler/commands/options.h"

namespace CLI {
class App;
}

namespace cowherd {

enum class Where { Nothing, State, StateAndConfig, Manifests, All };

// A command with its own --help, below the program or below another command.
CLI::App* add_command(CLI::App& above, const std::string& name, const std::string& doc);
// The same with add_where: its help begins with where things are.
CLI::App* add_command(CLI::App& above, Options& options, Where where, const std::string& name, const std::string& doc);

// CLI11 keeps the addresses: the options must outlive the parsing and not move.
void add_where(CLI::App& app, Options& options, Where where);

}  // namespace cowherd
