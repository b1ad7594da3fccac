// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/suggest.h"

#include <algorithm>

namespace cowherd {

namespace {

constexpr std::size_t kLongest = 64;

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return made;
}

std::optional<std::string> nearest(std::string_view written, const std::vector<std::string>& candidates) {
  if (written.empty() || written.size() > kLongest) return std::nullopt;
  const std::string mine = lower(written);
  std::optional<std::string> best;
  std::size_t least = mine.size() >= 9 ? 4 : 3;
  for (const std::string& candidate : candidates) {
    const std::size_t edits = distance(mine, lower(candidate));
    if (edits >= least || edits * 2 > mine.size()) continue;
    least = edits;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view written, const std::vector<std::string>& candidates) {
  const auto found = nearest(written, candidates);
  return found ? "did you mean \"" + *found + "\"?" : "";
}

}  // namespace cowherd
