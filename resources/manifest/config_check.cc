// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/config_check.h"

#include <algorithm>

namespace cowherd {

namespace {

const YamlNode* member_of(const YamlNode* mapping, std::string_view key) {
  if (mapping == nullptr || mapping->type != YamlNode::Type::Map) return nullptr;
  const auto found = std::find_if(mapping->keys.begin(), mapping->keys.end(), [&](const YamlNode& one) { return one.text == key; });
  return found == mapping->keys.end() ? nullptr : &mapping->items[static_cast<std::size_t>(found - mapping->keys.begin())];
}

}  // namespace

void check_config(const YamlNode& root, Findings& findings) {
  const YamlNode* tcp = &root;
  for (const char* key : {"spec", "api", "tcp"}) tcp = member_of(tcp, key);
  const YamlNode* listen = member_of(tcp, "listen");
  if (listen == nullptr || listen->text != "Any" || member_of(tcp, "tokenFile") != nullptr) return;
  findings.add({"E228", listen->place, "spec.api.tcp.listen", "every host that can reach this one could read the API: Any needs a tokenFile",
                "add tokenFile: /etc/cowherd/api-token, or listen: Loopback"});
}

}  // namespace cowherd
