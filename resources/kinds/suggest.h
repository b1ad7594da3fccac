// SPDX-License-Identifier: Apache-2.0
// "did you mean": the nearest of a few known words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cowherd {

// A to Z as a to z, the rest as it is.
std::string lower(std::string_view text);

// The candidate nearest to what was written, by edits of single letters and swaps of neighbours (Damerau), letter case
// free of charge; none when nothing is near: two edits, three for words of nine letters and more, and fewer than half
// the letters. Texts longer than 64 bytes have no neighbours.
std::optional<std::string> nearest(std::string_view written, const std::vector<std::string>& candidates);

// "did you mean \"x\"?", or empty.
std::string did_you_mean(std::string_view written, const std::vector<std::string>& candidates);

}  // namespace cowherd
