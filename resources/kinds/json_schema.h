// SPDX-License-Identifier: Apache-2.0
// JSON Schema (draft 2020-12) of a document, from its field table; schemas/ holds the printed ones. What a schema cannot
// say (sizes of quantities, uniqueness over documents) only the decoder checks: the schema never refuses what it accepts.
#pragma once

#include "resources/kinds/document_type.h"

namespace cowherd {

Value json_schema(const DocumentType& type);
Value json_schema(Kind kind);

// "sandbox.schema.json", "config.schema.json": its file in schemas/.
std::string schema_file_name(const DocumentType& type);

}  // namespace cowherd
