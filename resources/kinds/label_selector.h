// SPDX-License-Identifier: Apache-2.0
// Labels that something must have, each with exactly this value.
#pragma once

#include <map>
#include <string>

namespace cowherd {

using LabelSelector = std::map<std::string, std::string>;

}  // namespace cowherd
