// SPDX-License-Identifier: Apache-2.0
// cowherd source reconcile: has the daemon look at a source's server, waits until what that brought has ended, and tells
// how the source stands.
#include "reconciler/commands/ordering.h"
#include "reconciler/commands/permission.h"
#include "reconciler/commands/sources.h"
#include "reconciler/commands/tell.h"

namespace cowherd {

ExitCode source_reconcile_command(const Options& options, const SourceReconcileArguments& arguments) {
  if (const auto code = order_from_daemon(options, SourceLookOrder{arguments.source}, arguments.timeout)) return *code;
  return with_permission(options, [] {
    tell("no daemon answers for this state directory; 'cowherd apply' looks at every server once");
    return ExitCode::NoDaemon;
  });
}

}  // namespace cowherd
