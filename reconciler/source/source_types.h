// SPDX-License-Identifier: Apache-2.0
// What SourceStatus::type may be.
#pragma once

#include <string_view>

namespace cowherd {

inline constexpr std::string_view kDirectorySource = "Directory";
inline constexpr std::string_view kGitSource = "Git";

}  // namespace cowherd
