// SPDX-License-Identifier: Apache-2.0
// What no field of a configuration can say of itself: what its fields mean together.
#pragma once

#include "resources/manifest/findings.h"
#include "resources/manifest/yaml_tree.h"

namespace cowherd {

// root: a document whose fields are right.
void check_config(const YamlNode& root, Findings& findings);

}  // namespace cowherd
