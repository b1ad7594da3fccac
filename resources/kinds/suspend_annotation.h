// SPDX-License-Identifier: Apache-2.0
// The annotation that suspends an object for as long as its document says so.
#pragma once

#include <optional>

#include "resources/kinds/metadata.h"

namespace cowherd {

inline constexpr std::string_view kSuspendAnnotation = "cowherd.dev/suspend";  // "true", a reason, or "false"

// Why it is suspended; empty where no reason is given, nothing where it is not.
std::optional<std::string> annotated_suspension(const Metadata& metadata);

}  // namespace cowherd
