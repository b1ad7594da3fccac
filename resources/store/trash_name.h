// SPDX-License-Identifier: Apache-2.0
// The name of a trash entry carries the facts about it: "<kind>-<object>-<id8>-<yyyymmddThhmmssZ>", as in
// "sandbox-web-4f2a90c1-20261120T180300Z". Object names may hold '-', the other parts do not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resources/vocabulary/moment.h"

namespace cowherd {

struct TrashName {
  std::string kind{};    // "sandbox", "disk" and "memory" (of a sandbox), "revision" (of a template) or "snapshot"
  std::string object{};  // its name
  std::string id8{};     // first 8 hex digits of the uid, or of the revision id
  Moment since{};        // to the second
  bool operator==(const TrashName&) const = default;
};

std::string print_trash_name(const TrashName& name);
// Nothing for a name that print_trash_name did not make.
std::optional<TrashName> parse_trash_name(std::string_view text);

}  // namespace cowherd
