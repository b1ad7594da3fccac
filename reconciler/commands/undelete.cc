// SPDX-License-Identifier: Apache-2.0
// cowherd undelete: asks for one trash entry to come back.
#include "reconciler/commands/commands.h"
#include "reconciler/commands/ordering.h"

namespace cowherd {

ExitCode undelete_command(const Options& options, const UndeleteArguments& arguments) {
  return order_or_perform(options, UndeleteOrder{arguments.what}, "undelete");
}

}  // namespace cowherd
