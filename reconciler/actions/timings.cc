// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/timings.h"

#include <charconv>

namespace cowherd {

std::optional<Span> told_frozen(std::string_view details) {
  const std::size_t at = details.find(Timings::kFrozen);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view number = details.substr(at + Timings::kFrozen.size());
  Span::rep count = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
  if (error != std::errc{}) return std::nullopt;
  return Span{count};
}

}  // namespace cowherd
