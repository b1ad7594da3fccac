// SPDX-License-Identifier: Apache-2.0
// cowherd rollback: keeps a source at a revision that was had, until it is unsuspended. The repository is left as it is.
#include "reconciler/commands/ordering.h"
#include "reconciler/commands/sources.h"

namespace cowherd {

ExitCode rollback_command(const Options& options, const RollbackArguments& arguments) {
  return order_or_perform(options, RollbackOrder{arguments.source, arguments.revision, arguments.reason}, "rollback");
}

}  // namespace cowherd
