// SPDX-License-Identifier: Apache-2.0
// Exit codes are a contract. When several apply the order of precedence is 75, 1, 65, 5, 4, 3, 2, 0.
#pragma once

#include <initializer_list>

namespace cowherd {

enum class ExitCode {
  Done = 0,
  Failure = 1,
  Changes = 2,        // plan --detailed-exitcode: there is something to do
  Partly = 3,         // some files invalid, or not everything converged
  Held = 4,           // a guard holds something back, or an approval is waited for
  Timeout = 5,
  Usage = 64,
  NothingValid = 65,  // nothing valid is declared, or the manifests cannot be read; validate: any error; cow: the store is damaged
  NoDaemon = 69,
  Locked = 75,
  Permission = 77,
  Configuration = 78,
};

// The one that counts. Usage, permission and configuration end a command before it gathers codes.
ExitCode worst_of(std::initializer_list<ExitCode> codes);

}  // namespace cowherd
