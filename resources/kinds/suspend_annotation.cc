// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/suspend_annotation.h"

namespace cowherd {

std::optional<std::string> annotated_suspension(const Metadata& metadata) {
  const auto found = metadata.annotations.find(std::string(kSuspendAnnotation));
  if (found == metadata.annotations.end() || found->second == "false") return std::nullopt;
  return found->second == "true" ? "" : found->second;
}

}  // namespace cowherd
