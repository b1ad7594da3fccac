// SPDX-License-Identifier: Apache-2.0
// The objects of one look. Labels are from closed sets, but for the name of an object that is not ready and of a sandbox
// whose store is bounded: an alert has to say which, and there are never more than objects.
#pragma once

#include "reconciler/daemon/status.h"
#include "reconciler/metrics/gauges.h"

namespace cowherd {

Families object_gauges(const Picture& picture, const std::vector<ObjectStatus>& statuses);

}  // namespace cowherd
