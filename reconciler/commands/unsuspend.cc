// SPDX-License-Identifier: Apache-2.0
// cowherd unsuspend: takes back what `cowherd suspend` asked for. Needs neither the lock nor the object.
#include "reconciler/commands/operating.h"
#include "reconciler/commands/ordering.h"

namespace cowherd {

ExitCode unsuspend_command(const Options& options, const UnsuspendArguments& arguments) {
  return order_or_perform(options, UnsuspendOrder{arguments.object}, "unsuspend");
}

}  // namespace cowherd
