// SPDX-License-Identifier: Apache-2.0
// A list as a message carries it.
#pragma once

#include <string>
#include <vector>

namespace cowherd {

// "a, b, c": all of them.
std::string listed(const std::vector<std::string>& texts);
// The same; of more than ten the first ten "and 7 more".
std::string joined(const std::vector<std::string>& texts);

}  // namespace cowherd
