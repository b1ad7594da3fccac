// SPDX-License-Identifier: Apache-2.0
// What there is to say of a field besides its doc, for `explain` and the manual alike. For this folder only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "resources/kinds/document_type.h"

namespace cowherd {

// {"default", "512Mi"}, {"range", "at least 32Mi"}, …: what holds for the field, in the order people ask.
std::vector<std::pair<std::string, std::string>> facts_of(const DocumentType& type, const Field& field, bool in_spec);

// "Exactly one of templateRef, restoreFrom is written."
std::string told(const OneOf& choice);

// A value as a document spells it, on one line.
std::string shown(const Value& value);

}  // namespace cowherd
