// SPDX-License-Identifier: Apache-2.0
// What commands say to people: on stderr, so that stdout stays for programs.
#pragma once

#include <string>
#include <vector>

#include "reconciler/commands/exit_code.h"
#include "resources/manifest/diagnostic.h"

namespace cowherd {

struct SessionFailure;

void tell(const std::string& message);                                // "cowherd: <message>"
ExitCode tell(const SessionFailure& failure);                         // says it, returns its code
void tell_diagnostics(const std::vector<Diagnostic>& diagnostics);

}  // namespace cowherd
