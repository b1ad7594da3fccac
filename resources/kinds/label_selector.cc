// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/label_selector.h"

#include <algorithm>

namespace cowherd {

bool matches(const LabelSelector& selector, const std::map<std::string, std::string>& labels) {
  return std::all_of(selector.begin(), selector.end(), [&](const auto& wanted) {
    const auto label = labels.find(wanted.first);
    return label != labels.end() && label->second == wanted.second;
  });
}

}  // namespace cowherd
