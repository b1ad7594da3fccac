// SPDX-License-Identifier: Apache-2.0
// Everything there is to say about one object, for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "reconciler/daemon/status.h"

namespace cowherd {

std::string describe_object(const Picture& picture, const ObjectStatus& status, const std::vector<Event>& events);

}  // namespace cowherd
