// SPDX-License-Identifier: Apache-2.0
// JSON in and out of Value. The only place that knows a JSON library.
#pragma once

#include <string>
#include <string_view>

#include "resources/vocabulary/value.h"

namespace cowherd {

// Invalid for anything but one JSON document: no comments, no trailing text, no duplicate keys, depth 64. Numbers that
// are no 64-bit integer stay as the text they were written in (a string); 2.0 is 2.
Result<Value> parse_json(std::string_view text);

enum class JsonStyle { Compact, Pretty };  // Pretty: two spaces, final newline
// Text that is not UTF-8 is printed with replacement characters.
std::string print_json(const Value& value, JsonStyle style);

// Keys sorted, compact: what digests are taken over.
std::string print_canonical_json(const Value& value);

}  // namespace cowherd
