// SPDX-License-Identifier: Apache-2.0
// How people name kinds and objects on the command line: any case, plurals and short forms.
#pragma once

#include <string>
#include <string_view>

#include "resources/kinds/metadata.h"

namespace cowherd {

// "Sandbox", "sandboxes", "sbx", …; Invalid with the kinds there are.
Result<Kind> parse_kind(std::string_view text);
// "Sandbox/web"; Invalid for anything else.
Result<ObjectName> parse_object_name(std::string_view text);

}  // namespace cowherd
