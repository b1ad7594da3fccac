// SPDX-License-Identifier: Apache-2.0
// What no field of a Source can say of itself: whether its URL, its access and its signers fit together.
#pragma once

#include "resources/kinds/source_config.h"
#include "resources/manifest/findings.h"
#include "resources/manifest/yaml_tree.h"

namespace cowherd {

inline constexpr std::size_t kMaxSources = 16;

// root: the document that source was read from, all its fields right. A URL with a password in it is not shown.
void check_source(const YamlNode& root, const SourceConfig& source, Findings& findings);

}  // namespace cowherd
