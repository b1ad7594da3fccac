// SPDX-License-Identifier: Apache-2.0
// Names in manifest text that can not be understood. They may be declared there, so they are not taken for
// absent. Finds too many (references count as well), never too few in text that was whole when it was
// written.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace cowherd {

// Every DNS-1123 label that stands as the value of a key `name`, in block, flow or JSON style.
std::set<std::string> mentioned_names(std::string_view text);

}  // namespace cowherd
