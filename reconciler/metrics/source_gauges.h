// SPDX-License-Identifier: Apache-2.0
// How the sources stand that the configuration names; nothing where it names none. Pure.
#pragma once

#include "reconciler/metrics/gauges.h"
#include "reconciler/source/declaration.h"

namespace cowherd {

Families source_gauges(const Declaration& declared);

}  // namespace cowherd
