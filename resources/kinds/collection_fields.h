// SPDX-License-Identifier: Apache-2.0
// The part of read_field that is about lists and mappings, and the words both parts use. For this folder only.
#pragma once

#include <string>
#include <string_view>

#include "resources/kinds/field.h"

namespace cowherd {

// Precondition: field.type is a list or mapping type. Every bad item is reported.
FieldReading read_collection(const Field& field, const Value& value);

tl::unexpected<std::vector<FieldProblem>> problem(FieldProblem found);
tl::unexpected<std::vector<FieldProblem>> problem(FieldProblem::What what, std::string message, std::string hint);

// "the text \"x\"", "the integer 2", "a list": what a value is, for a message.
std::string described(const Value& value);
std::string described_example(const Field& field);
// A text stands where something else does: how to write it as text.
FieldProblem text_needed(const Value& value);
bool has_control(std::string_view text);

}  // namespace cowherd
