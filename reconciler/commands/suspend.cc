// SPDX-License-Identifier: Apache-2.0
// cowherd suspend: one file that holds back everything that would be done to an object, or keeps a source where it is.
#include "reconciler/commands/operating.h"
#include "reconciler/commands/ordering.h"

namespace cowherd {

ExitCode suspend_command(const Options& options, const SuspendArguments& arguments) {
  return order_or_perform(options, SuspendOrder{arguments.object, arguments.reason}, "suspend");
}

}  // namespace cowherd
