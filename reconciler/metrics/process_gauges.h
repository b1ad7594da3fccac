// SPDX-License-Identifier: Apache-2.0
// This process as the kernel knows it, under the names that every Prometheus client library gives it. Reads /proc/self
// (proc(5)); what cannot be read is left out.
#pragma once

#include "reconciler/metrics/gauges.h"

namespace cowherd {

Families process_gauges();

}  // namespace cowherd
