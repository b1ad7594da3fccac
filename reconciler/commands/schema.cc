// SPDX-License-Identifier: Apache-2.0
// cowherd schema: the JSON Schema editors and CI check manifests with.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/tell.h"
#include "resources/files/json.h"
#include "resources/kinds/json_schema.h"

namespace cowherd {

ExitCode schema_command(const std::string& kind_text) {
  const auto kind = parse_kind(kind_text);
  const DocumentType* type = kind ? &document_type(*kind) : find_document(kind_text);
  if (type == nullptr) {
    tell(to_string(kind.error()) + "; 'config' and Source are what the daemon's own file holds");
    return ExitCode::Usage;
  }
  std::fputs(print_json(json_schema(*type), JsonStyle::Pretty).c_str(), stdout);
  return ExitCode::Done;
}

}  // namespace cowherd
