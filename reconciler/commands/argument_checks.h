// SPDX-License-Identifier: Apache-2.0
// What values of the command line are checked by, as CLI11 has it. Checks have no name of their own, so that help shows
// only the type. For the parse_*.cc files alone.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "resources/kinds/suggest.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

inline constexpr const char* kDirectoryType = "DIR";
inline constexpr const char* kFileType = "FILE";

// Splits "table|wide|json".
inline std::vector<std::string> choices_of(const std::string& alternatives) {
  return CLI::detail::split(alternatives, '|');
}

inline std::string suggestion(const std::string& given, const std::vector<std::string>& known) {
  const std::string near = did_you_mean(given, known);
  return near.empty() ? "" : "; " + near;
}

inline CLI::Validator one_of(const std::string& alternatives) {
  return CLI::Validator(
      [alternatives](std::string& given) -> std::string {
        for (const std::string& choice : choices_of(alternatives)) {
          if (choice == given) return {};
        }
        return "'" + given + "' is none of " + alternatives + suggestion(given, choices_of(alternatives));
      },
      "");
}

// An unset variable of a script must not mean the default directory.
inline CLI::Validator not_empty() {
  return CLI::Validator([](std::string& given) -> std::string { return given.empty() ? "it is empty" : ""; }, "");
}

template <class Parse>
CLI::Validator accepted_by(Parse parse) {
  return CLI::Validator(
      [parse](std::string& given) -> std::string {
        const auto parsed = parse(given);
        return parsed ? std::string() : to_string(parsed.error());
      },
      "");
}

}  // namespace cowherd
