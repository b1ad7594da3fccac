// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cowherd {

inline constexpr const char* kVersion = COWHERD_VERSION;  // of the project, from CMakeLists.txt

}  // namespace cowherd
