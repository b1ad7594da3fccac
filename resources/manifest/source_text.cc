// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/source_text.h"

#include <algorithm>
#include <utility>

namespace cowherd {

SourceText::SourceText(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

std::size_t SourceText::line_index(std::size_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return static_cast<std::size_t>(after - starts_.begin()) - 1;
}

std::string_view SourceText::line(std::size_t index) const {
  const std::size_t start = starts_.at(index);
  const std::size_t end = index + 1 < starts_.size() ? starts_[index + 1] - 1 : text_.size();
  std::string_view found = text_.substr(start, end - start);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

std::string_view SourceText::line_at(std::size_t offset) const { return line(line_index(offset)); }

std::size_t SourceText::column_of(std::size_t offset) const { return offset - starts_[line_index(offset)]; }

SourceSpot SourceText::spot(Place place) const {
  const std::size_t index = line_index(place.offset);
  const std::size_t column = place.offset - starts_[index];
  const std::size_t width = line(index).size();
  const std::size_t rest = width > column ? width - column : 1;
  return {file_, static_cast<int>(index + 1), static_cast<int>(column + 1),
          static_cast<int>(std::clamp<std::size_t>(place.length, 1, rest))};
}

}  // namespace cowherd
