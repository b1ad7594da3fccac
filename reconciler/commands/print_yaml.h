// SPDX-License-Identifier: Apache-2.0
// A Value as block YAML that reads back as the same Value under the core schema (YAML 1.2.2, 10.3) and under 1.1 readers:
// whatever either could take for something other than a string is quoted.
#pragma once

#include <string>

#include "resources/vocabulary/value.h"

namespace cowherd {

// Ends with a newline.
std::string print_yaml(const Value& value);

}  // namespace cowherd
