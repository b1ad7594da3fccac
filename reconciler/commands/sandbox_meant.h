// SPDX-License-Identifier: Apache-2.0
// Which sandbox of this host a command is about.
#pragma once

#include <string>

#include "resources/store/store.h"

namespace cowherd {

// "web", or as people name objects: "Sandbox/web", "sbx/web".
Result<ResourceName> parse_sandbox_name(const std::string& text);

// The newest of that name. NotFound: there is none here; when something could not be read, that is said.
Result<SandboxIdentity> sandbox_meant(const StoreContents& contents, const std::string& text);

}  // namespace cowherd
