// SPDX-License-Identifier: Apache-2.0
// Where clients connect to the daemon of a state directory.
#pragma once

#include <string>
#include <variant>

#include "reconciler/commands/options.h"
#include "reconciler/commands/session.h"

namespace cowherd {

// The configured socket, else that of the state directory. NoDaemon when no daemon ever ran on it; Permission when that
// cannot be read.
std::variant<std::string, SessionFailure> find_api_socket(const Options& given);

}  // namespace cowherd
