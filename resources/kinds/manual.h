// SPDX-License-Identifier: Apache-2.0
// cowherd.yaml(5): every kind and the daemon's own file, from the field tables.
#pragma once

#include <string>
#include <string_view>

namespace cowherd {

// roff, for man(1).
std::string manifest_manual(std::string_view version);

}  // namespace cowherd
