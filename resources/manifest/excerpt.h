// SPDX-License-Identifier: Apache-2.0
// A line of source as a terminal can show it, whatever is in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cowherd {

// Columns of a terminal.
struct Excerpt {
  std::string text{};      // tabs as four spaces, what cannot be shown as U+FFFD, long lines cut around the mark with "…"
  std::size_t indent = 0;  // before the mark
  std::size_t width = 1;   // of the mark
};

// column from 1 and length in bytes. A line of more than 120 columns is cut to what stands around the mark.
Excerpt cut_excerpt(std::string_view line, int column, int length);

// Text without control characters, marks of direction and broken UTF-8, on one line.
std::string printable(std::string_view text);

}  // namespace cowherd
