// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/field.h"

namespace cowherd {

std::vector<std::string> paths_of(const OneOf& choice) {
  std::vector<std::string> paths;
  for (const std::string& option : choice.options) {
    paths.push_back(choice.section.empty() ? option : choice.section + "." + option);
  }
  return paths;
}

std::string option_above(const std::vector<OneOf>& one_of, std::string_view path) {
  for (const OneOf& choice : one_of) {
    for (const std::string& option : paths_of(choice)) {
      if (path.starts_with(option + ".")) return option;
    }
  }
  return "";
}

std::string option_around(const std::vector<OneOf>& one_of, const OneOf& choice) {
  return choice.section.empty() ? "" : option_above(one_of, choice.section + ".");
}

}  // namespace cowherd
