// SPDX-License-Identifier: Apache-2.0
// How people name kinds and objects on the command line: any case, plurals and short forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resources/kinds/metadata.h"

namespace cowherd {

// "Sandbox", "sandboxes", "sbx", …; Invalid with the kinds there are.
Result<Kind> parse_kind(std::string_view text);
// "Sandbox/web"; Invalid for anything else.
Result<ObjectName> parse_object_name(std::string_view text);

// The rest of "Source/…"; nothing for other texts. Sources stand in the configuration and are no objects.
std::optional<std::string> source_in(std::string_view text);
// What an order or an event may be about, in full: "Sandbox/web", "Source/fleet".
Result<std::string> parse_subject(std::string_view text);

}  // namespace cowherd
