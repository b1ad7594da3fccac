// SPDX-License-Identifier: Apache-2.0
// YAML text of no particular kind to a Value: for documents that have no field table. As strict and as bounded as
// parse_manifest, which reads the same trees.
#pragma once

#include <string_view>

#include "resources/vocabulary/value.h"

namespace cowherd {

// One document. Scalars are typed by the YAML 1.2 core schema: a plain integer, boolean or null is one, everything else
// is text. Invalid, with the first finding printed: text that is no YAML or has none or several documents, a key twice,
// and a plain number that Value cannot hold. file: the name that findings carry.
Result<Value> parse_value(std::string_view text, std::string_view file);

}  // namespace cowherd
