// SPDX-License-Identifier: Apache-2.0
// cowherd approve: one file per approval, valid for what was seen and for nothing else.
#include "reconciler/commands/commands.h"
#include "reconciler/commands/ordering.h"

namespace cowherd {

ExitCode approve_command(const Options& options, const ApproveArguments& arguments) {
  return order_or_perform(options, ApproveOrder{arguments.verb, arguments.object}, "approve");
}

}  // namespace cowherd
