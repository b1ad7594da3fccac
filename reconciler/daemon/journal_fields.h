// SPDX-License-Identifier: Apache-2.0
// The fields that a log line has in the journal. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cowherd {

// The key=value pairs that the line begins with: object=Sandbox/web is COWHERD_OBJECT with the value Sandbox/web. A value in
// double quotes is one of JSON.
std::vector<std::pair<std::string, std::string>> journal_fields(std::string_view line);

}  // namespace cowherd
