// SPDX-License-Identifier: Apache-2.0
// Which steps of a plan give space back, what they give, and what comes later.
#pragma once

#include <string>
#include <vector>

#include "reconciler/commands/lineage_view.h"

namespace cowherd {

struct Collecting {
  std::string when{};  // "now", or the moment
  std::string what{};
  std::string why{};
  Bytes bytes{};       // that nobody else has
};

// Moves to trash and purges, and what interrupted work left: never what a document asks for.
bool is_collecting(const Action& action);
// Takes something away, on whoever's behalf.
bool takes_away(const Action& action);

std::vector<Collecting> collecting_now(const LineageView& view, const SpaceShares& shares);
std::vector<Collecting> collecting_later(const LineageView& view, const SpaceShares& shares, Span trash_grace);
// What would go if something did not speak against it.
std::vector<std::string> held_back(const LineageView& view);

}  // namespace cowherd
