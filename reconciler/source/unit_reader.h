// SPDX-License-Identifier: Apache-2.0
// What counts whole or not at all is a unit: a file of a directory, or one revision of a repository. Here is how the text of
// one becomes documents. Pure.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "resources/manifest/parse.h"

namespace cowherd {

struct UnitContent {
  ParsedFile parsed{};
  std::set<std::string> mentioned{};    // names in text that cannot be understood
  std::optional<Diagnostic> emptied{};  // what to say of it if objects that it declared are in force
};

using UnitReader = std::function<UnitContent(const std::string& text, const std::string& unit)>;

// The text of a file, under the name that diagnostics show.
UnitContent read_file_unit(const std::string& text, const std::string& file);

}  // namespace cowherd
