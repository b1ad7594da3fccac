// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/print_table.h"

#include <algorithm>

#include "resources/manifest/excerpt.h"

namespace cowherd {

namespace {

constexpr std::size_t kGap = 3;

// UTF-8 continuation bytes take no column. Wide and combining characters are not worth a table of Unicode here.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::vector<std::size_t> widths_of(const std::vector<TextRow>& rows) {
  std::vector<std::size_t> widths;
  for (const TextRow& row : rows) {
    if (widths.size() < row.size()) widths.resize(row.size(), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  return widths;
}

std::string print_rows(const std::vector<TextRow>& rows, std::string_view indent) {
  const std::vector<std::size_t> widths = widths_of(rows);
  std::string text;
  for (const TextRow& row : rows) {
    text += indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text += std::string(widths[i] - width_of(row[i]) + kGap, ' ');
    }
    text += "\n";
  }
  return text;
}

TextRow cleaned(const TextRow& row) {
  TextRow clean;
  for (const std::string& cell : row) clean.push_back(cell.empty() ? "-" : printable(cell));
  return clean;
}

}  // namespace

std::string print_table(const TextRow& headers, const std::vector<TextRow>& rows) {
  std::vector<TextRow> all{headers};
  for (const TextRow& row : rows) all.push_back(cleaned(row));
  return print_rows(all, "");
}

std::string print_pairs(const std::vector<TextRow>& rows, std::string_view indent) {
  std::vector<TextRow> clean;
  for (const TextRow& row : rows) clean.push_back(cleaned(row));
  return print_rows(clean, indent);
}

}  // namespace cowherd
