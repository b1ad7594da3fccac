// SPDX-License-Identifier: Apache-2.0
// Machines are started while the memory of all of them together fits into a share of the host's. Pure.
#pragma once

#include "reconciler/plan/make_plan.h"

namespace cowherd {

Bytes memory_budget(Bytes host_memory, const Limits& limits);
// Of all that are there.
Bytes memory_of_machines(const Observed& seen);

}  // namespace cowherd
