// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/last_exit.h"

namespace cowherd {

SandboxIdentity with_exit(SandboxIdentity identity, const MachineExit& exit, Moment started_at) {
  if (exit.reason == ExitReason::Stopped) return identity;
  if (identity.last_exit && identity.last_exit->at == exit.at) return identity;
  const bool in_a_row = identity.last_exit && identity.last_exit->generation == identity.generation &&
                        exit.at - started_at < kLongRun;
  LastExit last;
  last.reason = to_string(exit.reason);
  last.success = is_success(exit.reason);
  last.detail = exit.detail;
  last.at = exit.at;
  last.generation = identity.generation;
  last.failures = in_a_row ? identity.last_exit->failures + 1 : 1;
  identity.last_exit = std::move(last);
  return identity;
}

}  // namespace cowherd
