// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/tell.h"

#include <cstdio>

#include "reconciler/commands/session.h"

namespace cowherd {

void tell(const std::string& message) { std::fprintf(stderr, "cowherd: %s\n", message.c_str()); }

ExitCode tell(const SessionFailure& failure) {
  tell(failure.message);
  return failure.code;
}

void tell_diagnostics(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) std::fputs(print_diagnostic(diagnostic).c_str(), stderr);
}

}  // namespace cowherd
