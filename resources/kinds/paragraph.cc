// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/paragraph.h"

namespace cowherd {

std::string paragraph(std::string_view text, std::string_view indent) {
  constexpr std::size_t kWidth = 100;
  std::string made;
  std::string line;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      made += line + "\n";
      line.clear();
    }
    line += std::string(line.empty() ? indent : " ") + std::string(word);
  }
  return made + line + "\n";
}

}  // namespace cowherd
