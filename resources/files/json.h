// SPDX-License-Identifier: Apache-2.0
// JSON in and out of Value. The only place that knows a JSON library.
#pragma once

#include <string>
#include <string_view>

#include "resources/vocabulary/value.h"

namespace cowherd {

// Invalid for anything but one JSON document: no comments, no trailing text, no floats, no duplicate keys, depth 64.
Result<Value> parse_json(std::string_view text);

enum class JsonStyle { Compact, Pretty };  // Pretty: two spaces, final newline
std::string print_json(const Value& value, JsonStyle style);

// Keys sorted, compact: what digests are taken over.
std::string print_canonical_json(const Value& value);

}  // namespace cowherd
