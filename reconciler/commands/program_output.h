// SPDX-License-Identifier: Apache-2.0
// What a program says about itself, for `doctor` and `version`.
#pragma once

#include <string>
#include <vector>

#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// Runs `program` (absolute, no shell) to its end and returns the first line of its standard output. Blocks; the program is
// killed when it is silent for `most`. Failed: it could not be run, or said nothing.
Result<std::string> first_line_of(const std::string& program, const std::vector<std::string>& arguments, Span most);

}  // namespace cowherd
