// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/joined.h"

namespace cowherd {

std::string joined(const std::vector<std::string>& texts) {
  constexpr std::size_t kMost = 10;
  std::string text;
  for (std::size_t i = 0; i < texts.size() && i < kMost; ++i) text += (i == 0 ? "" : ", ") + texts[i];
  if (texts.size() > kMost) text += " and " + std::to_string(texts.size() - kMost) + " more";
  return text;
}

}  // namespace cowherd
