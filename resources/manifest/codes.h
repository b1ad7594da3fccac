// SPDX-License-Identifier: Apache-2.0
// The diagnostic codes. A code never changes its meaning; a new finding gets a new code, a row in codes.cc and a fixture in
// tests/diagnostics.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/field.h"

namespace cowherd {

struct DiagnosticCode {
  std::string_view code{};
  std::string_view title{};
  std::string_view text{};  // a paragraph: what it means, why it is refused, what to do
};

// In rising order. E1: text and YAML. E2: documents and fields. E3: between objects. W: warnings.
const std::vector<DiagnosticCode>& diagnostic_codes();

// "E214" (any letter case) with its paragraph; Invalid for an unknown code, with the nearest as the hint.
Result<std::string> explain_code(std::string_view code);

// The code for what read_field found.
std::string_view code_of(FieldType type, FieldProblem::What what);

}  // namespace cowherd
