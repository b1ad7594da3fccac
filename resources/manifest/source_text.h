// SPDX-License-Identifier: Apache-2.0
// The text of one file and where its lines are. Offsets are bytes from the beginning. Refers to the text, does not own it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "resources/manifest/diagnostic.h"

namespace cowherd {

// A stretch of the text.
struct Place {
  std::size_t offset = 0;
  std::size_t length = 1;
  bool operator==(const Place&) const = default;
};

class SourceText {
 public:
  SourceText(std::string_view text, std::string file);

  std::string_view text() const { return text_; }
  // The place as people see it; what runs over the end of its line is cut there.
  SourceSpot spot(Place place) const;
  // The line that holds the offset, without its line break.
  std::string_view line_at(std::size_t offset) const;
  // Distance from the beginning of the line, in bytes.
  std::size_t column_of(std::size_t offset) const;
  std::size_t line_count() const { return starts_.size(); }
  std::string_view line(std::size_t index) const;  // from 0
  std::size_t line_start(std::size_t index) const { return starts_.at(index); }

 private:
  std::size_t line_index(std::size_t offset) const;

  std::string_view text_;
  std::string file_;
  std::vector<std::size_t> starts_{0};
};

}  // namespace cowherd
