// SPDX-License-Identifier: Apache-2.0
// cowherd(1), read off the definitions of the command line.
#pragma once

#include <string>
#include <vector>

#include "reconciler/commands/parse_arguments.h"

namespace cowherd {

// roff, for man(1). Pure.
std::string command_manual(const std::vector<CommandShape>& shapes);

}  // namespace cowherd
