// SPDX-License-Identifier: Apache-2.0
// What `cowherd wait` waits for, and whether a document has it. Pure.
#pragma once

#include <string>

#include "resources/vocabulary/value.h"

namespace cowherd {

struct AwaitedCondition {
  std::string type{};    // empty: that the object is gone
  std::string status{};  // "True", "False", "Unknown"
  bool operator==(const AwaitedCondition&) const = default;
};

// "condition=Ready", "condition=Ready=False", "delete". Invalid otherwise.
Result<AwaitedCondition> parse_awaited(const std::string& text);

// What was declared last must have been applied, too: a condition of the generation before says nothing about this one.
bool has(const Value& document, const AwaitedCondition& awaited);

// "Sandbox/web", of a document as the daemon tells it.
std::string object_of(const Value& document);
// Null when it has none of that type.
const Value* condition_in(const Value& document, const std::string& type);

// "Ready is False (Progressing: boot …)", for people; of an object that is not there null.
std::string describe_awaited(const Value* document, const AwaitedCondition& awaited);

}  // namespace cowherd
