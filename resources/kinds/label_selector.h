// SPDX-License-Identifier: Apache-2.0
// Labels that something must have, each with exactly this value.
#pragma once

#include <map>
#include <string>

namespace cowherd {

using LabelSelector = std::map<std::string, std::string>;

// All labels that the selector names are there and have its values; an empty one matches everything.
bool matches(const LabelSelector& selector, const std::map<std::string, std::string>& labels);

}  // namespace cowherd
