// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "reconciler/commands/commands.h"
#include "resources/kinds/object.h"

namespace cowherd {

// `get -w`: a table row, or with Json a document on one line, for each object and each change; of what went, the document
// as it was with metadata.deletionTimestamp. kind: none for all.
ExitCode watch_objects(const Options& options, const std::optional<Kind>& kind, const std::string& name, OutputFormat output);

}  // namespace cowherd
