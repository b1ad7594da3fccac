// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/metadata.h"

namespace cowherd {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Template: return "Template";
    case Kind::Sandbox: return "Sandbox";
    case Kind::Snapshot: return "Snapshot";
    case Kind::RetentionPolicy: return "RetentionPolicy";
  }
  return "Sandbox";
}

std::string to_string(const ObjectName& name) { return std::string(to_string(name.kind)) + "/" + name.name.str(); }

}  // namespace cowherd
