// SPDX-License-Identifier: Apache-2.0
// Annotations below cowherd.dev/: those that nobody reads are warned of, and a value that is none of the known ones is an
// error, since somebody would rely on it.
#pragma once

#include <string>

#include "resources/manifest/findings.h"
#include "resources/manifest/yaml_tree.h"

namespace cowherd {

// Precondition: a mapping, else nothing is found.
void check_own_annotations(const YamlNode& annotations, const std::string& path, Findings& findings);

}  // namespace cowherd
