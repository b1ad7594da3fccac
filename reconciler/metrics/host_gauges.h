// SPDX-License-Identifier: Apache-2.0
// What one look saw of the host and of the declaration as a whole.
#pragma once

#include "reconciler/daemon/picture.h"
#include "reconciler/metrics/gauges.h"

namespace cowherd {

// trash: what purging all of it would give back.
Families host_gauges(const Picture& picture, const Limits& limits, Bytes trash);

}  // namespace cowherd
