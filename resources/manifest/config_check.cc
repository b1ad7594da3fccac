// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/config_check.h"

namespace cowherd {

void check_config(const YamlNode& root, Findings& findings) {
  const YamlNode* tcp = &root;
  for (const char* key : {"spec", "api", "tcp"}) tcp = member_of(tcp, key);
  const YamlNode* listen = member_of(tcp, "listen");
  if (listen == nullptr || listen->text != "Any" || member_of(tcp, "tokenFile") != nullptr) return;
  findings.add({"E228", listen->place, "spec.api.tcp.listen", "every host that can reach this one could read the API: Any needs a tokenFile",
                "add tokenFile: /etc/cowherd/api-token, or listen: Loopback"});
}

}  // namespace cowherd
