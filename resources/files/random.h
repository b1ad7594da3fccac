// SPDX-License-Identifier: Apache-2.0
// The only source of chance, from the kernel.
#pragma once

#include "resources/vocabulary/name.h"

namespace cowherd {

Uid fresh_uid();

}  // namespace cowherd
