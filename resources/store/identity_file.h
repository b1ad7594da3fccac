// SPDX-License-Identifier: Apache-2.0
// What identity files have in common: how they begin, and members that several of them have.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "resources/block/disk.h"
#include "resources/store/field_reader.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

Value begin_identity(const char* kind);
// Corrupt for what is no JSON.
Result<Value> parse_document(std::string_view text);
// Reads how every identity file begins. The version comes first: of a newer file nothing else is judged.
Status read_beginning(const Value& value, FieldReader& fields, std::string_view kind);

Value to_number(Bytes bytes);
Value to_map(const std::map<std::string, std::string>& texts);
Result<DiskDriverKind> parse_driver(const std::string& text);

}  // namespace cowherd
