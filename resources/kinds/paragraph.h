// SPDX-License-Identifier: Apache-2.0
// Running text for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace cowherd {

// Words in lines of at most 100 columns, a longer word alone; each line begins with indent and ends with a newline.
std::string paragraph(std::string_view text, std::string_view indent);

}  // namespace cowherd
