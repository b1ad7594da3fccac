// SPDX-License-Identifier: Apache-2.0
// The value of one field: YAML scalars typed by the core schema and nothing else, then read_field, whose problems are tied
// to the exact scalar.
#pragma once

#include <optional>
#include <string>

#include "resources/kinds/field.h"
#include "resources/manifest/findings.h"
#include "resources/manifest/yaml_tree.h"

namespace cowherd {

// Nothing when there were problems; they are in findings. Precondition: value is not null.
std::optional<FieldValue> decode_field(const Field& field, const YamlNode& value, Place key, const std::string& path,
                                       Findings& findings);

}  // namespace cowherd
