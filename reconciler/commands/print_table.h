// SPDX-License-Identifier: Apache-2.0
// Columns for a terminal: as wide as their widest cell, three spaces between, nothing after the last one. What a
// terminal cannot show is replaced: what a manifest says may not steer it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cowherd {

using TextRow = std::vector<std::string>;

// Each row has as many cells as there are headers; an empty cell prints as "-".
std::string print_table(const TextRow& headers, const std::vector<TextRow>& rows);
// Without a header line, every line indented: "key:   value".
std::string print_pairs(const std::vector<TextRow>& rows, std::string_view indent);

}  // namespace cowherd
