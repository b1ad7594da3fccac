// SPDX-License-Identifier: Apache-2.0
// cowherd reconcile now: has the daemon look, waits until what that began has ended, and tells what it did.
#include "reconciler/commands/operating.h"
#include "reconciler/commands/ordering.h"
#include "reconciler/commands/permission.h"
#include "reconciler/commands/tell.h"

namespace cowherd {

ExitCode reconcile_command(const Options& options, const ReconcileArguments& arguments) {
  if (const auto code = order_from_daemon(options, LookOrder{}, arguments.timeout)) return *code;
  return with_permission(options, [] {
    tell("no daemon answers for this state directory; 'cowherd apply' does once what there is to do");
    return ExitCode::NoDaemon;
  });
}

}  // namespace cowherd
