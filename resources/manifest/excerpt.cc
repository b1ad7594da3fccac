// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/excerpt.h"

#include <algorithm>
#include <array>
#include <vector>

#include "resources/manifest/utf8.h"

namespace cowherd {

namespace {

constexpr std::size_t kWidest = 120;
constexpr std::size_t kBefore = 40;  // columns kept before the mark of a long line

struct Cell {
  std::string text{};
  std::size_t width = 1;
  std::size_t offset = 0;
};

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Blocks of East Asian wide characters and emoji (Unicode Standard Annex 11), coarsely.
constexpr std::array<Range, 8> kWide{{{0x1100, 0x115f},
                                      {0x2e80, 0xa4cf},
                                      {0xac00, 0xd7a3},
                                      {0xf900, 0xfaff},
                                      {0xfe30, 0xfe6f},
                                      {0xff00, 0xff60},
                                      {0x1f300, 0x1faff},
                                      {0x20000, 0x3fffd}}};

bool is_control(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 || point == 0xfeff ||
         turns_direction(point);
}

Cell next_cell(std::string_view text, std::size_t offset) {
  const CodePoint found = decode_utf8(text.substr(offset));
  if (found.length == 0) return {"\ufffd", 1, offset};
  if (found.value == '\t') return {"    ", 4, offset};
  if (is_control(found.value)) return {"\ufffd", 1, offset};
  const bool combining = found.value >= 0x300 && found.value <= 0x36f;
  const bool wide = std::any_of(kWide.begin(), kWide.end(), [&](const Range& range) {
    return found.value >= range.first && found.value <= range.last;
  });
  return {std::string(text.substr(offset, found.length)), combining ? 0u : wide ? 2u : 1u, offset};
}

std::vector<Cell> cells_of(std::string_view text) {
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < text.size();) {
    cells.push_back(next_cell(text, i));
    i += std::max<std::size_t>(decode_utf8(text.substr(i)).length, 1);
  }
  return cells;
}

std::size_t width_of(const std::vector<Cell>& cells) {
  std::size_t width = 0;
  for (const Cell& cell : cells) width += cell.width;
  return width;
}

}  // namespace

Excerpt cut_excerpt(std::string_view line, int column, int length) {
  const std::size_t begin = std::min<std::size_t>(column > 0 ? static_cast<std::size_t>(column - 1) : 0, line.size());
  const std::size_t end = std::min(begin + static_cast<std::size_t>(std::max(length, 1)), line.size());
  const std::vector<Cell> cells = cells_of(line);
  const bool cut = width_of(cells) > kWidest;
  std::size_t before = 0;  // columns left of the mark
  for (const Cell& cell : cells) before += cell.offset < begin ? cell.width : 0;
  const std::size_t skip = cut && before > kBefore ? before - kBefore : 0;
  Excerpt made{.text = skip > 0 ? "…" : "", .indent = skip > 0 ? 1u : 0u, .width = 0};
  std::size_t at = 0;
  std::size_t shown = made.indent;
  for (const Cell& cell : cells) {
    const std::size_t here = at;
    at += cell.width;
    if (here < skip) continue;
    if (cut && shown + cell.width > kWidest) {
      made.text += "…";
      break;
    }
    made.text += cell.text;
    shown += cell.width;
    if (cell.offset < begin) made.indent += cell.width;
    if (cell.offset >= begin && cell.offset < end) made.width += cell.width;
  }
  made.width = std::max<std::size_t>(made.width, 1);
  return made;
}

std::string printable(std::string_view text) {
  std::string made;
  for (const Cell& cell : cells_of(text)) made += cell.text;
  return made;
}

}  // namespace cowherd
