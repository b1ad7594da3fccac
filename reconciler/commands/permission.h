// SPDX-License-Identifier: Apache-2.0
// Whether this user may work with the directories at all.
#pragma once

#include "reconciler/commands/exit_code.h"
#include "reconciler/commands/options.h"

namespace cowherd {

// A directory that may not be entered is said once and for all commands alike; one that is not there is theirs to judge.
ExitCode ask_permission(const Options& given);

// The command, or why it is not begun.
template <class Command>
ExitCode with_permission(const Options& options, Command command) {
  const ExitCode permission = ask_permission(options);
  return permission == ExitCode::Done ? command() : permission;
}

}  // namespace cowherd
