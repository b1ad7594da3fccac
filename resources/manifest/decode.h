// SPDX-License-Identifier: Apache-2.0
// One YAML document by the field table of its kind. Every finding is reported, not only the first.
#pragma once

#include <optional>

#include "resources/kinds/document_type.h"
#include "resources/manifest/findings.h"
#include "resources/manifest/yaml_tree.h"

namespace cowherd {

struct DecodedDocument {
  const DocumentType* type = nullptr;  // one of the types given
  FieldValues metadata{};
  FieldValues spec{};
  Place name{};  // of metadata.name, or of the kind when the type has no metadata
};

// Nothing when the document has errors; they are in findings.
std::optional<DecodedDocument> decode_document(const YamlNode& root, const std::vector<const DocumentType*>& types,
                                               Findings& findings);

}  // namespace cowherd
