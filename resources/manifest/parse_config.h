// SPDX-License-Identifier: Apache-2.0
// The daemon's own settings, by the same strict reading as manifests. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/config.h"
#include "resources/manifest/diagnostic.h"

namespace cowherd {

struct ParsedConfig {
  Config config{};                        // the defaults when any diagnostic is an error
  std::vector<Diagnostic> diagnostics{};
};

// At most one document of kind CowherdConfiguration, which has the defaults where it is silent, and any of kind Source.
ParsedConfig parse_config(std::string_view text, const std::string& file);

}  // namespace cowherd
