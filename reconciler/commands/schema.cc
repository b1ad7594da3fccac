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
  if (kind_text == "config" || kind_text == kConfigKind) {
    std::fputs(print_json(json_schema(config_document()), JsonStyle::Pretty).c_str(), stdout);
    return ExitCode::Done;
  }
  const auto kind = parse_kind(kind_text);
  if (!kind) {
    tell(to_string(kind.error()) + ", and 'config' is the daemon's own file");
    return ExitCode::Usage;
  }
  std::fputs(print_json(json_schema(*kind), JsonStyle::Pretty).c_str(), stdout);
  return ExitCode::Done;
}

}  // namespace cowherd
