// SPDX-License-Identifier: Apache-2.0
// The options that say where things are, for the parse_*.cc files alone.
#pragma once

#include "reconciler/commands/options.h"

namespace CLI {
class App;
}

namespace cowherd {

enum class Where { Nothing, State, StateAndConfig, Manifests, All };

// CLI11 keeps the addresses: the options must outlive the parsing and not move.
void add_where(CLI::App& app, Options& options, Where where);

}  // namespace cowherd
