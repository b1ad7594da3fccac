// SPDX-License-Identifier: Apache-2.0
// What a document says it is: apiVersion and kind.
#pragma once

#include <vector>

#include "resources/kinds/document_type.h"
#include "resources/manifest/findings.h"
#include "resources/manifest/yaml_tree.h"

namespace cowherd {

// Which of the types the document has; null when it is none of them. Each problem is reported. Precondition: root is a mapping.
const DocumentType* read_header(const YamlNode& root, const std::vector<const DocumentType*>& types, Findings& findings);

}  // namespace cowherd
