// SPDX-License-Identifier: Apache-2.0
// The one flat image that VMs map, made of the generation in a directory.
#pragma once

#include "reconciler/actions/host.h"

namespace cowherd {

// Makes it unless it stands: then the text is empty, else it says how much was shared and copied. Blocks for as long as
// a copy of the memory takes.
Result<std::string> compose_flat(Host& host, const std::string& directory, const BulkControl& control);

}  // namespace cowherd
