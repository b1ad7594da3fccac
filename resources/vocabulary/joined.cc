// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/joined.h"

namespace cowherd {

std::string listed(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::string joined(const std::vector<std::string>& texts) {
  constexpr std::size_t kMost = 10;
  if (texts.size() <= kMost) return listed(texts);
  return listed({texts.begin(), texts.begin() + kMost}) + " and " + std::to_string(texts.size() - kMost) + " more";
}

}  // namespace cowherd
