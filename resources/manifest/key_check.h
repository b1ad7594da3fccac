// SPDX-License-Identifier: Apache-2.0
// Keys of mappings, in the whole tree: text, no merge keys, each once. yaml-cpp keeps duplicate keys silently.
#pragma once

#include <string>

#include "resources/manifest/findings.h"
#include "resources/manifest/yaml_tree.h"

namespace cowherd {

// Whether check_keys has something against a key: others need not say more about it.
bool is_refused_key(const YamlNode& key);

// path: of the node, for the findings.
void check_keys(const YamlNode& node, const std::string& path, Findings& findings);

}  // namespace cowherd
