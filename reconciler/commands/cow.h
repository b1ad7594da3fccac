// SPDX-License-Identifier: Apache-2.0
// What the commands on copy-on-write stores share.
#pragma once

#include "reconciler/commands/exit_code.h"
#include "resources/vocabulary/error.h"

namespace cowherd {

// Says it. NothingValid: the store is damaged. Usage: what was named is no file, or a size does not fit.
ExitCode tell_store_error(const Error& error);

}  // namespace cowherd
