// SPDX-License-Identifier: Apache-2.0
// From a sandbox to the parts of a snapshot in a staged directory, by the way its state asks for: a guest that runs is
// frozen and goes on, one that is paused or off has nothing to be frozen.
#pragma once

#include "reconciler/actions/action_kind.h"
#include "reconciler/actions/timings.h"

namespace cowherd {

struct CapturePlan {
  const SandboxIdentity& sandbox;
  const std::string& staged;  // exists, empty
  Span freeze_budget{};
};

// Fills in power, memory and the time of the capture. Errors as capture_snapshot.h says.
Status capture_sandbox(Host& host, const CapturePlan& plan, SnapshotIdentity& taken, const BulkControl& control,
                       Timings& timings);

}  // namespace cowherd
